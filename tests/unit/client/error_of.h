// Statuses with google.rpc details, as the gateway sends them.
#ifndef FALCON_TESTS_UNIT_CLIENT_ERROR_OF_H_
#define FALCON_TESTS_UNIT_CLIENT_ERROR_OF_H_

#include <grpcpp/support/status.h>

#include <map>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace falcon::client {

template <class... Details>
grpc::Status ErrorOf(grpc::StatusCode code, const std::string& message, const std::string& reason,
                     const std::map<std::string, std::string>& metadata = {},
                     const Details&... details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("falcon-gateway");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  status.add_details()->PackFrom(info);
  (status.add_details()->PackFrom(details), ...);
  return grpc::Status(code, message, status.SerializeAsString());
}

}  // namespace falcon::client

#endif  // FALCON_TESTS_UNIT_CLIENT_ERROR_OF_H_

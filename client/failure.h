// A failed call in readable parts: what gRPC's status and its google.rpc details say.
#ifndef FALCON_CLIENT_FAILURE_H_
#define FALCON_CLIENT_FAILURE_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace falcon::client {

struct QuotaViolation {
  std::string subject;
  std::string description;
};

// All text is as it came: escape it before showing it.
struct Failure {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string message;
  // UPPER_SNAKE_CASE; empty if the server gave none.
  std::string reason;
  // Facts such as trace_id, http_status, required_scopes.
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> violations;
  std::vector<QuotaViolation> quotas;
  std::optional<std::chrono::milliseconds> retry_delay;

  // The HTTP status of a proxy that answered in the gateway's place.
  std::optional<int> ProxyStatus() const;
  // Empty if the metadata has no such key.
  std::string Fact(std::string_view key) const;
  // Whether the same call may work later.
  bool MayPass() const;
};

// Details that cannot be read are left out; the status itself always arrives.
Failure FailureFrom(const grpc::Status& status);

// "INVALID_ARGUMENT".
std::string CodeName(grpc::StatusCode code);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_FAILURE_H_

// The ids of the hosts that a load looks up.
#ifndef FALCON_TESTS_BENCH_HOST_IDS_H_
#define FALCON_TESTS_BENCH_HOST_IDS_H_

#include <grpcpp/client_context.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"

namespace falcon::bench {

// All ids. Ends the program if the export fails or returns fewer than `least` (1 or more), since a
// load on fewer hosts would measure something else.
inline std::vector<std::string> HostIds(v1::HostService::StubInterface& stub, size_t least) {
  std::vector<std::string> ids;
  grpc::ClientContext context;
  v1::ExportHostsRequest request;
  request.mutable_read_mask()->add_paths("device_id");
  v1::ExportHostsResponse batch;
  const auto reader = stub.ExportHosts(&context, request);
  while (reader->Read(&batch)) {
    for (const v1::Host& host : batch.hosts()) ids.push_back(host.device_id());
  }
  const grpc::Status status = reader->Finish();
  if (status.ok() && ids.size() >= least) return ids;
  std::fprintf(stderr, "%zu of %zu hosts: %s\n", ids.size(), least,
               status.ok() ? "there are no more" : status.error_message().c_str());
  std::exit(1);
}

}  // namespace falcon::bench

#endif  // FALCON_TESTS_BENCH_HOST_IDS_H_

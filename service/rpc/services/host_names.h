// HostNames: the hosts of a name. Falcon finds those whose name only begins alike too, so every
// answer is compared.
#ifndef FALCON_RPC_SERVICES_HOST_NAMES_H_
#define FALCON_RPC_SERVICES_HOST_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "rpc/server/rpc_context.h"
#include "rpc/services/collection.h"
#include "rpc/services/request_validator.h"

namespace falcon::rpc {

class HostNames {
 public:
  // Hosts of one name, seen last first.
  struct SameNameHosts {
    v1::ListHostsResponse hosts;
    bool complete = true;  // false: more may follow names that begin alike
  };

  HostNames(const RpcEnvironment& environment, const ServiceDeps& deps);

  // Violations of `hostname` on the request field of that name: a star may stand first or last.
  void Check(const std::string& hostname, RequestValidator& validator) const;

  // The hosts with that name in any case, `most` of them or a page more. `options`: what is decoded
  // of them, besides their ids and names. Hidden hosts are not among them. OUT_OF_RANGE
  // (NAME_UNDECIDED) where none was found among the first 10,000 that begin alike.
  Task<absl::StatusOr<SameNameHosts>> Find(RpcContext& call, std::string hostname, int most,
                                           json::DecodeOptions options) const;

  // Ids of the hosts with that name in any case, seen last first; empty: there are none.
  // INVALID_ARGUMENT on `filter.hostname` above 20, and OUT_OF_RANGE as Find where not all are
  // known, since none is left out silently.
  Task<absl::StatusOr<std::vector<std::string>>> Ids(RpcContext& call, std::string hostname) const;

  static absl::Status NotFound(std::string_view hostname);

 private:
  const ServiceDeps& deps_;
  const Collection hosts_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_HOST_NAMES_H_

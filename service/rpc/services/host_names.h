// HostNames: looks up hosts by name. Falcon also returns hosts whose name only begins with it, so
// every name is compared.
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
  // Hosts of one name, the one seen last first.
  struct SameNameHosts {
    v1::ListHostsResponse hosts;
    bool complete = true;  // false: there are too many similar names to read all
  };

  HostNames(const RpcEnvironment& environment, const ServiceDeps& deps);

  // Violations of `hostname` on the request field of that name: a star may stand first or last.
  void Check(const std::string& hostname, RequestValidator& validator) const;

  // The same of `hostname` where no star may stand.
  static void CheckWhole(const std::string& hostname, RequestValidator& validator);

  // The hosts with that name in any case: up to `max`, or a page more. `options` selects what is
  // decoded besides their ids and names. Hidden hosts are left out. OUT_OF_RANGE (NAME_UNDECIDED)
  // where none was found among the first 10,000 similar names.
  Task<absl::StatusOr<SameNameHosts>> Find(RpcContext& context, std::string hostname, int most,
                                           json::DecodeOptions options) const;

  // Ids of the hosts with that name in any case, the one seen last first. INVALID_ARGUMENT on
  // `filter.hostname` for more than 20, OUT_OF_RANGE (NAME_UNDECIDED) where not all could be read.
  Task<absl::StatusOr<std::vector<std::string>>> Ids(RpcContext& context,
                                                     std::string hostname) const;

  static absl::Status NotFound(std::string_view hostname);

 private:
  const ServiceDeps& deps_;
  const Collection hosts_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_HOST_NAMES_H_

// HostNames: host names to ids, for the areas of Falcon that know hosts by id only.
#ifndef FALCON_RPC_HOST_NAMES_H_
#define FALCON_RPC_HOST_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rpc/call.h"
#include "rpc/checks.h"
#include "rpc/collection.h"

namespace falcon::rpc {

class HostNames {
 public:
  explicit HostNames(const Upstream& upstream);

  // Violations of `hostname` on the request field of that name: a star may stand first or last.
  void Check(const std::string& hostname, Checks& checks) const;

  // Ids of the hosts with that name in any case, seen last first, by one call. NOT_FOUND without
  // one: no rows would read as a host without findings. INVALID_ARGUMENT on `hostname` above 20,
  // since none is left out silently. Hidden hosts are not among them.
  Task<absl::StatusOr<std::vector<std::string>>> Ids(Call& call, std::string hostname) const;

 private:
  const Upstream& upstream_;
  const Collection hosts_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_HOST_NAMES_H_

// IncidentReferences: resolves reference ids, such as ABC-1234, to ids of cases.
#ifndef FALCON_RPC_SERVICES_INCIDENT_REFERENCES_H_
#define FALCON_RPC_SERVICES_INCIDENT_REFERENCES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "rpc/server/rpc_context.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

// Letters and digits with a leading letter, a hyphen, and digits.
bool IsReferenceId(std::string_view id);

class IncidentReferences {
 public:
  // `incidents` outlives it.
  IncidentReferences(const ServiceDeps& deps, const Collection& incidents)
      : deps_(deps), incidents_(incidents) {}

  // Puts the case's id in the place of each reference id, whatever its case. One that no case has
  // stays. Ten reference ids cost two calls.
  Task<absl::Status> Resolve(RpcContext& context,
                             google::protobuf::RepeatedPtrField<std::string>& ids) const;
  Task<absl::Status> Resolve(RpcContext& context, std::string& id) const;

 private:
  using IdsByReference = std::map<std::string, std::string>;  // in upper case
  Task<absl::Status> Read(RpcContext& context, std::vector<std::string> references,
                          IdsByReference& found) const;

  const ServiceDeps& deps_;
  const Collection& incidents_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INCIDENT_REFERENCES_H_

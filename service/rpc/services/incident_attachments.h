// The files that are attached to an incident, page by page.
#ifndef FALCON_RPC_SERVICES_INCIDENT_ATTACHMENTS_H_
#define FALCON_RPC_SERVICES_INCIDENT_ATTACHMENTS_H_

#include <string>

#include "absl/status/status.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "json/decoder.h"
#include "rpc/server/rpc_context.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

// The first 1,000 attachments of the case `id`, in Falcon's order, into `response`, and how many
// there are. When more follow, or may, `call.reading.errors` says so. A file that comes again,
// because another was added meanwhile, is left out; one without an id never is. `plan` is of
// IncidentAttachment.
Task<absl::Status> ReadAttachments(const ServiceDeps& deps, RpcContext& call,
                                   const upstream::LookupPlan& plan, const std::string& id,
                                   v1::GetIncidentAttachmentsResponse& response);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INCIDENT_ATTACHMENTS_H_

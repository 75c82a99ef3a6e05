// Resources: the FQL guide of each area, the gateway's status, and records by id.
#ifndef FALCON_CLIENT_MCP_RESOURCES_RESOURCES_H_
#define FALCON_CLIENT_MCP_RESOURCES_RESOURCES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Names of the resources that can be filtered: "discovered-hosts".
std::vector<std::string> FqlAreas(const client::Catalog& catalog);

// falcon://status and falcon://fql/{area} for each area.
std::vector<Resource> ListedResources(const client::Catalog& catalog);

// falcon://fql/{area}, falcon://hosts/{device_id}, falcon://detections/{composite_id},
// falcon://incidents/{id}.
std::vector<ResourceTemplate> ResourceTemplates();

// NotFound: no such resource, or Falcon knows no such record.
absl::StatusOr<std::vector<ResourceContents>> ReadResource(const Bridge& bridge,
                                                           const std::string& uri,
                                                           const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_RESOURCES_RESOURCES_H_

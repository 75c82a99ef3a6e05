// All that the bridge offers, put together.
#ifndef FALCON_CLIENT_MCP_ASSEMBLY_H_
#define FALCON_CLIENT_MCP_ASSEMBLY_H_

#include "absl/status/statusor.h"
#include "mcp/protocol/offer.h"
#include "mcp/tools/bridge.h"
#include "mcp/tools/tool_list.h"

namespace falcon::mcp {

// `bridge` must outlive the offer. An error names unknown tools or sets, and the known ones.
absl::StatusOr<Offer> MakeOffer(const Bridge& bridge, const ToolChoice& choice);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_ASSEMBLY_H_

// The arguments of a call, read into a request.
#ifndef FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_H_
#define FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"
#include "mcp/protocol/json.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/tool_request.h"

namespace falcon::mcp {

// All that is wrong is told at once, in a result with is_error that names each argument, what would
// be right, and one corrected example.
std::variant<ToolRequest, ToolResult> ReadArguments(const ToolBinding& tool,
                                                    const client::Catalog& catalog,
                                                    const Json& arguments, absl::Time now);

// The arguments that say something: models fill in what is optional with null, blank text, and lists
// of nothing else.
Json WithoutBlanks(const Json& arguments);

// Whether "device.hostname" names a field of the record. Values such as instants have none inside.
bool HasPath(const google::protobuf::Descriptor& record, std::string_view path);

// The path that was meant: the same field under another message, or a typo away; else empty.
std::string NearestPath(const google::protobuf::Descriptor& record, std::string_view path);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_H_

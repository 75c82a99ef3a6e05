// A filter with the gateway's own suggestions put in.
#ifndef FALCON_CLIENT_MCP_TOOLS_CORRECTED_FILTER_H_
#define FALCON_CLIENT_MCP_TOOLS_CORRECTED_FILTER_H_

#include <optional>
#include <string>
#include <vector>

namespace falcon::mcp {

// `complaints`: what the gateway says of the filter, such as "at byte 0: unknown field `severty`;
// nearest: `severity`". Unset where one of them suggests nothing, or not what the filter holds at
// that place.
std::optional<std::string> CorrectedFilter(const std::string& filter,
                                           const std::vector<std::string>& complaints);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_CORRECTED_FILTER_H_

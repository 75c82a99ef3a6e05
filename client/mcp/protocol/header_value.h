// Values of MCP's HTTP headers as they were meant.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_HEADER_VALUE_H_
#define FALCON_CLIENT_MCP_PROTOCOL_HEADER_VALUE_H_

#include <optional>
#include <string>
#include <string_view>

namespace falcon::mcp {

// Without the blanks around it.
std::string_view TrimmedHeader(std::string_view value);

// A trimmed value of a header that may be written as =?base64?...?=. Nothing: that is not base64.
std::optional<std::string> DecodedHeader(std::string_view value);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_HEADER_VALUE_H_

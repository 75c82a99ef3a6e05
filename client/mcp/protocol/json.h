// The JSON type of the bridge's protocol side, and text as a JSON string.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_JSON_H_
#define FALCON_CLIENT_MCP_PROTOCOL_JSON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace falcon::mcp {

using Json = nlohmann::json;

// One line, UTF-8; bytes that are not UTF-8 become U+FFFD.
std::string Text(const Json& json);

// Appends a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD.
void AppendString(std::string& out, std::string_view text);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_JSON_H_

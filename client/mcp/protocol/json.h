// JSON in and out.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_JSON_H_
#define FALCON_CLIENT_MCP_PROTOCOL_JSON_H_

#include <nlohmann/json.hpp>
#include <string>

namespace falcon::mcp {

using Json = nlohmann::json;
// For output: members keep the order in which they are set.
using OrderedJson = nlohmann::ordered_json;

// One line, UTF-8; bytes that are not UTF-8 become U+FFFD.
template <class AnyJson>
std::string Text(const AnyJson& json) {
  return json.dump(-1, ' ', false, AnyJson::error_handler_t::replace);
}

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_JSON_H_

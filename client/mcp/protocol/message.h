// One JSON-RPC message as it came: a request, a notification, a response, or none of these.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_MESSAGE_H_
#define FALCON_CLIENT_MCP_PROTOCOL_MESSAGE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "mcp/protocol/json.h"
#include "mcp/protocol/reply.h"

namespace falcon::mcp {

// Longest message that a transport takes, and its deepest nesting.
inline constexpr size_t kMostMessageBytes = size_t{256} * 1024;
inline constexpr int kMostDepth = 64;
// Ids and progress tokens come back with every answer.
inline constexpr size_t kMaxIdBytes = 1024;
// Of its `arguments`: as JSON text, and members of objects and lists, nested ones included.
inline constexpr size_t kMaxArgumentBytes = size_t{64} * 1024;
inline constexpr size_t kMaxArgumentMembers = 1000;

struct Message {
  enum class Kind { kRequest, kNotification, kResponse, kUnreadable };
  Kind kind = Kind::kUnreadable;
  // Of a request, and of what is unreadable if it could be made out: JSON text of a string or an
  // integer. Else "null".
  std::string id = "null";
  std::string method;
  // An object; empty where there are none.
  Json params = Json::object();
  // Of kUnreadable.
  RpcError problem;
};

Message ReadMessage(std::string_view text);

// The text of a request's id, such as 7 or "a"; empty: it is neither an integer nor a string of at
// most kMaxIdBytes.
std::string IdText(const Json& id);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_MESSAGE_H_

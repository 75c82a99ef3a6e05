// One JSON-RPC message as it came, and the parameters in it; nothing throws on what a client wrote.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_MESSAGE_H_
#define FALCON_CLIENT_MCP_PROTOCOL_MESSAGE_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/protocol/json.h"
#include "mcp/protocol/reply.h"
#include "mcp/protocol/server_definition.h"

namespace falcon::mcp {

// Longest message that a transport takes, and its deepest nesting.
inline constexpr size_t kMaxMessageBytes = size_t{256} * 1024;
inline constexpr int kMaxDepth = 64;
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

// The string at `name`; null: there is none.
const std::string* StringAt(const Json& object, const char* name);

// The object at `name`, an empty one where nothing is; null: something else is there.
const Json* ObjectAt(const Json& object, const char* name);

// The `arguments` of a call: absent where they are null, as some clients send them.
const Json* ArgumentsOf(const Json& params);

// Why `arguments` are more than a call may have, as a sentence; empty: they are not.
std::string SizeProblem(const Json& arguments);

// Names to strings, without those that are null; nothing: some value is no string, or `object` is
// null.
std::optional<std::map<std::string, std::string>> StringsOf(const Json* object);

// JSON text of a request's progress token, a string or an integer; empty: it has none.
std::string ProgressToken(const Json& params);

// What is wrong with the arguments for a prompt, in a sentence; empty: nothing.
std::string CheckArguments(const Prompt& prompt,
                           const std::map<std::string, std::string>& arguments);

// Reads what is being completed. An error is a sentence on what is wrong with it.
std::optional<std::string> ReadCompletion(const Json& params, const ServerDefinition& offer,
                                          CompletionRequest& request);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_MESSAGE_H_

// Replies as text: results and errors of both modes.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_REPLY_H_
#define FALCON_CLIENT_MCP_PROTOCOL_REPLY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/json.h"
#include "mcp/protocol/server_definition.h"

namespace falcon::mcp {

// kInitialize: revisions that begin with a handshake. kStateless: each request speaks for itself.
enum class ProtocolMode { kInitialize, kStateless };

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
// Of the stateless mode.
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kUnsupportedVersion = -32022;
// Of the initialize mode: the stateless one says kInvalidParams.
inline constexpr int kResourceNotFound = -32002;
// Our own, outside of what JSON-RPC reserves.
inline constexpr int kBusy = 503;

struct RpcError {
  int code = kInternalError;
  // A sentence that says what would be right.
  std::string message;
  // Null: none.
  OrderedJson data = nullptr;
  int http_status = 200;
};

// Whether and for whom a client may keep a result.
enum class Caching {
  kNone,     // the method has no such hint
  kPublic,   // some minutes, for everyone
  kPrivate,  // stale at once, for the caller alone
};

// What each reply to one request begins with. `definition` outlives it.
struct ReplyHead {
  // JSON text.
  std::string id;
  ProtocolMode mode = ProtocolMode::kInitialize;
  const ServerDefinition* definition = nullptr;
};

// `members`: the result's own. `meta`: further members of its `_meta`.
std::string ResultReply(const ReplyHead& head, const OrderedJson& members,
                        Caching caching = Caching::kNone,
                        const OrderedJson& meta = OrderedJson::object());
// Its structured content is inserted as it is, on one line.
std::string ToolReply(const ReplyHead& head, const ToolResult& result);
// `id`: JSON text.
std::string ErrorReply(std::string_view id, const RpcError& error);
std::string NotificationText(std::string_view method, const OrderedJson& params);

// The members of results. Of completions what is too much is left out, and said to be.
inline constexpr size_t kMaxCompletions = 100;
OrderedJson ContentsJson(const std::vector<ResourceContents>& contents);
OrderedJson PromptJson(const PromptResult& result);
OrderedJson CompletionJson(const Completions& completions);

// {"name":...,"version":...}, and what else the server says of itself if `whole`.
OrderedJson ServerInfo(const ServerDefinition& definition, bool whole);

// A list of what is offered, in its order. Cursors stay right as long as the list does.
inline constexpr size_t kPageItems = 100;
struct Listing {
  // The member of the result that holds the items.
  std::string key;
  std::vector<OrderedJson> items;

  // The members of the result; nothing: no such cursor. An empty one begins the list.
  std::optional<OrderedJson> Page(std::string_view cursor) const;
};

Listing ListTools(const ServerDefinition& definition);
Listing ListResources(const ServerDefinition& definition);
Listing ListResourceTemplates(const ServerDefinition& definition);
Listing ListPrompts(const ServerDefinition& definition);

// Text of a client in an error's sentence: quoted, and cut where it is long.
std::string Quoted(std::string_view text);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_REPLY_H_

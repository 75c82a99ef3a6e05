// Replies as text: results and errors of both eras, put together around what is JSON text already.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_REPLY_H_
#define FALCON_CLIENT_MCP_PROTOCOL_REPLY_H_

#include <string>
#include <string_view>

#include "mcp/protocol/offer.h"

namespace falcon::mcp {

// kInitialize: revisions that begin with a handshake. kStateless: each request speaks for itself.
enum class Era { kInitialize, kStateless };

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
// Of the stateless era.
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kUnsupportedVersion = -32022;
// Of the initialize era: the stateless one says kInvalidParams.
inline constexpr int kResourceNotFound = -32002;
// Our own, outside of what JSON-RPC reserves.
inline constexpr int kBusy = 503;

struct RpcError {
  int code = kInternalError;
  // A sentence that says what would be right.
  std::string message;
  // JSON text; empty: none.
  std::string data = {};
  int http_status = 200;
};

// Whether and for whom a client may keep a result.
enum class Caching {
  kNone,     // the method has no such hint
  kPublic,   // some minutes, for everyone
  kPrivate,  // stale at once, for the caller alone
};

// What each reply to one request begins with. `offer` outlives it.
struct ReplyHead {
  // JSON text.
  std::string id;
  Era era = Era::kInitialize;
  const Offer* offer = nullptr;
};

// `members`: the result's own, without braces, such as "\"tools\":[]"; may be empty. `more_meta`:
// further members of the result's `_meta`.
std::string ResultReply(const ReplyHead& head, std::string_view members,
                        Caching caching = Caching::kNone, std::string_view more_meta = {});

// `id`: JSON text.
std::string ErrorReply(std::string_view id, const RpcError& error);

// Appends {"name":...,"version":...}, and what else the offer says of itself if `whole`.
void AppendServerInfo(std::string& out, const Offer& offer, bool whole);

// Text of a client in an error's sentence: quoted, and cut where it is long.
std::string Quoted(std::string_view text);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_REPLY_H_

// HTTP answers as bytes.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_REPLY_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_REPLY_H_

#include <string>
#include <string_view>

namespace falcon::mcp {

// Why a request is not served.
struct HttpRefusal {
  int status = 400;
  // A sentence that says what would be right.
  std::string why;
  // Further header lines, each with its CRLF.
  std::string headers;
};

// `json` empty: no body.
std::string JsonReply(int status, std::string_view json, bool keep_alive,
                      std::string_view headers = {});
// With a JSON-RPC error as its body, whose id is null.
std::string RefusalReply(const HttpRefusal& refusal, bool keep_alive);

// A stream of server-sent events: its head, one message, a comment, its end.
std::string StreamHead(bool keep_alive);
std::string StreamEvent(std::string_view json);
std::string StreamComment();
std::string StreamEnd();

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_REPLY_H_

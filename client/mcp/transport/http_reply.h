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

// What the answer to a request may be.
struct ReplyTerms {
  bool json = false;    // the client takes JSON,
  bool events = false;  // or a stream of events
  bool keep_alive = false;
  bool chunked = false;  // HTTP/1.1
};

// `json` empty: no body.
std::string JsonReply(int status, std::string_view json, bool keep_alive,
                      std::string_view headers = {});
// The head of an answer in JSON that ends with the connection. Blanks may come before the JSON.
std::string OpenJsonHead();
// With a JSON-RPC error as its body, whose id is null.
std::string RefusalReply(const HttpRefusal& refusal, bool keep_alive);

// A stream of server-sent events: its head, one message, a comment, its end. Not chunked, it ends
// with the connection.
std::string StreamHead(const ReplyTerms& terms);
std::string StreamEvent(std::string_view json, bool chunked);
std::string StreamComment(bool chunked);
std::string StreamEnd(bool chunked);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_REPLY_H_

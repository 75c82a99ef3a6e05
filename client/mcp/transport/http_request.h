// Which requests are let in, by their heads alone, and HTTP answers as bytes.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_REQUEST_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_REQUEST_H_

#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/transport/http.h"

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

using HttpHead = boost::beast::http::request_header<>;

// What a client takes as an answer, by its Accept headers.
struct Accepted {
  bool json = false;
  bool events = false;
};

// Ranges count, weights do not. Without any header, JSON.
Accepted ReadAccept(const HttpHead& head);

// GET or HEAD of /healthz, which anybody may ask for.
bool IsHealthCheck(const HttpHead& head);

// Fixed once made.
class RequestValidator {
 public:
  explicit RequestValidator(const HttpOptions& options);

  // Nothing: the request may be read and served. `own_address`: of the connection, at this end.
  std::optional<HttpRefusal> Validate(const HttpHead& head, const std::string& own_address) const;

 private:
  std::optional<HttpRefusal> ValidateOrigin(const HttpHead& head,
                                            const std::string& own_address) const;
  std::optional<HttpRefusal> ValidateToken(const HttpHead& head) const;
  // `authority`: a host, maybe with a port.
  bool IsOurs(std::string_view authority, const std::string& own_address) const;

  // Digest of the token; empty: none is wanted.
  std::string token_digest_;
  // In lower case, without ports.
  std::vector<std::string> allowed_hosts_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_REQUEST_H_

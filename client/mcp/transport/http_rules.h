// Which requests are let in, by their heads alone.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_RULES_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_RULES_H_

#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/transport/http.h"
#include "mcp/transport/http_reply.h"

namespace falcon::mcp {

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
class HttpRules {
 public:
  explicit HttpRules(const HttpOptions& options);

  // Nothing: the request may be read and served. `own_address`: of the connection, at this end.
  std::optional<HttpRefusal> Judge(const HttpHead& head, const std::string& own_address) const;

 private:
  std::optional<HttpRefusal> JudgeOrigin(const HttpHead& head,
                                         const std::string& own_address) const;
  std::optional<HttpRefusal> JudgeToken(const HttpHead& head) const;
  // `authority`: a host, maybe with a port.
  bool IsOurs(std::string_view authority, const std::string& own_address) const;

  // Digest of the token; empty: none is wanted.
  std::string token_digest_;
  // In lower case, without ports.
  std::vector<std::string> allowed_hosts_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_RULES_H_

// Writes heads, bodies and chunks.
#include "mcp/transport/http_reply.h"

#include <boost/beast/http/status.hpp>
#include <charconv>
#include <iterator>

#include "mcp/protocol/reply.h"

namespace falcon::mcp {
namespace {

std::string Head(int status, bool keep_alive, std::string_view headers) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  std::string out = "HTTP/1.1 " + std::to_string(status) + " ";
  out.append(reason.data(), reason.size()).append("\r\nCache-Control: no-store\r\n");
  if (!keep_alive) out.append("Connection: close\r\n");
  return out.append(headers);
}

std::string Chunk(std::string_view bytes) {
  char size[16];
  const auto end = std::to_chars(std::begin(size), std::end(size), bytes.size(), 16).ptr;
  std::string out(std::begin(size), end);
  return out.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace

std::string JsonReply(int status, std::string_view json, bool keep_alive,
                      std::string_view headers) {
  std::string out = Head(status, keep_alive, headers);
  if (!json.empty()) out.append("Content-Type: application/json\r\n");
  out.append("Content-Length: ").append(std::to_string(json.size())).append("\r\n\r\n");
  return out.append(json);
}

std::string RefusalReply(const HttpRefusal& refusal, bool keep_alive) {
  const int code = refusal.status == kBusy ? kBusy : kInvalidRequest;
  return JsonReply(refusal.status, ErrorReply("null", {code, refusal.why}), keep_alive,
                   refusal.headers);
}

std::string OpenJsonHead() {
  return Head(200, /*keep_alive=*/false, "Content-Type: application/json\r\n\r\n");
}

std::string StreamHead(const ReplyTerms& terms) {
  return Head(200, terms.keep_alive,
              std::string("Content-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n") +
                  (terms.chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"));
}

std::string StreamEvent(std::string_view json, bool chunked) {
  std::string event = "event: message\ndata: ";
  event.append(json).append("\n\n");
  return chunked ? Chunk(event) : event;
}

std::string StreamComment(bool chunked) { return chunked ? Chunk(":\n\n") : ":\n\n"; }

std::string StreamEnd(bool chunked) { return chunked ? "0\r\n\r\n" : ""; }

}  // namespace falcon::mcp

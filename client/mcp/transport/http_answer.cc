// One POST: handed to the server, its answer brought back as JSON or as a stream of events.
#include <boost/asio/post.hpp>
#include <boost/beast/http/field.hpp>
#include <optional>
#include <utility>

#include "mcp/transport/http_connection.h"
#include "mcp/transport/http_reply.h"

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;

std::optional<std::string> Find(const HttpHead& head, const char* name) {
  const auto field = head.find(name);
  if (field == head.end()) return std::nullopt;
  return std::string(field->value().data(), field->value().size());
}

HttpHeaders ReadHeaders(const HttpHead& head) {
  return {Find(head, "MCP-Protocol-Version"), Find(head, "Mcp-Method"), Find(head, "Mcp-Name")};
}

// Nothing may be posted for a connection that is over.
struct ClosedAtEnd {
  HttpExchange& exchange;
  ~ClosedAtEnd() { exchange.Close(); }
};

}  // namespace

asio::awaitable<bool> HttpConnection::Answer(Request& request) {
  const auto exchange =
      std::make_shared<HttpExchange>([executor = executor_, connection = weak_from_this()] {
        asio::post(executor, [connection] {
          if (const auto self = connection.lock()) self->Wake();
        });
      });
  const ClosedAtEnd closed{*exchange};
  const auto session = std::make_shared<Session>();
  const HttpHeaders headers = ReadHeaders(request);
  Terms terms;
  terms.accepted = ReadAccept(request);
  terms.stateless = headers.protocol_version == kStatelessVersion;
  terms.keep_alive = request.keep_alive();
  const bool answers = site_.server.Handle(request.body(), session, exchange, &headers);
  request.body() = std::string();
  if (!answers) {
    const bool written = co_await Write(JsonReply(202, {}, terms.keep_alive));
    co_return (written && terms.keep_alive);
  }
  const bool answered = co_await Relay(*exchange, terms);
  exchange->Close();
  if (!answered && (terms.stateless || stopping_)) session->CancelAll();
  co_return (answered && terms.keep_alive);
}

asio::awaitable<bool> HttpConnection::Relay(HttpExchange& exchange, const Terms& terms) {
  bool streaming = false;
  while (!stopping_) {
    // Besides what the client may send next, this is how its leaving is seen.
    Fill();
    const auto gone = [this, &terms] { return terms.stateless && input_closed_; };
    const auto due = streaming ? Clock::now() + site_.timeouts.silence : Clock::time_point::max();
    co_await Until([&] { return exchange.waiting() || gone(); }, due);
    const std::optional<Outgoing> message = exchange.Take();
    if (!message.has_value()) {
      if (gone() || (streaming && !co_await Write(StreamComment()))) co_return false;
      continue;
    }
    const bool json = terms.accepted.json || !terms.accepted.events || message->http_status != 200;
    if (message->last && !streaming && json) {
      co_return co_await Write(JsonReply(message->http_status, message->text, terms.keep_alive));
    }
    // Progress is news that one may miss.
    if (!terms.accepted.events) continue;
    std::string bytes = streaming ? std::string() : StreamHead(terms.keep_alive);
    streaming = true;
    bytes.append(StreamEvent(message->text));
    if (message->last) bytes.append(StreamEnd());
    if (!co_await Write(std::move(bytes))) co_return false;
    if (message->last) co_return true;
  }
  co_return false;
}

}  // namespace falcon::mcp

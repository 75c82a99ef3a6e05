// One POST: handed to the server, its answer brought back as JSON or as a stream of events.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/beast/http/field.hpp>
#include <optional>
#include <utility>

#include "mcp/transport/http_connection.h"

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;

constexpr size_t kMaxNotifications = 64;

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
  PendingReply& exchange;
  ~ClosedAtEnd() { exchange.Close(); }
};

}  // namespace

void PendingReply::Send(OutgoingMessage message) {
  const std::lock_guard lock(mutex_);
  if (wake_ == nullptr) return;
  if (!message.last && queue_.size() >= kMaxNotifications) return;
  queue_.push_back(std::move(message));
  wake_();
}

std::optional<OutgoingMessage> PendingReply::Take() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  OutgoingMessage message = std::move(queue_.front());
  queue_.pop_front();
  return message;
}

bool PendingReply::waiting() {
  const std::lock_guard lock(mutex_);
  return !queue_.empty();
}

void PendingReply::Close() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
  queue_.clear();
}

asio::awaitable<bool> HttpConnection::Answer(Request& request) {
  const auto exchange =
      std::make_shared<PendingReply>([executor = executor_, connection = weak_from_this()] {
        asio::post(executor, [connection] {
          if (const auto self = connection.lock()) self->Wake();
        });
      });
  const ClosedAtEnd closed{*exchange};
  const auto session = std::make_shared<Session>();
  const HttpHeaders headers = ReadHeaders(request);
  const Accepted accepted = ReadAccept(request);
  const bool newest = request.version() == 11;
  const ReplyTerms terms{.json = accepted.json || !accepted.events,
                         .events = accepted.events,
                         .keep_alive = newest && request.keep_alive(),
                         .chunked = newest};
  const bool answers = site_.server.Handle(request.body(), session, exchange, &headers);
  request.body() = std::string();
  if (!answers) {
    const bool written = co_await Write(JsonReply(202, {}, terms.keep_alive));
    co_return (written && terms.keep_alive);
  }
  const bool answered = co_await Relay(*exchange, *session, terms);
  exchange->Close();
  if (!answered) session->CancelAll();
  co_return (answered && terms.keep_alive && !input_closed_);
}

asio::awaitable<bool> HttpConnection::Relay(PendingReply& exchange, Session& session,
                                            const ReplyTerms& terms) {
  Begun begun = Begun::kNothing;
  while (!stopping_) {
    // Besides what the client may send next, this is how its leaving is seen.
    Fill();
    const bool known_closed = input_closed_;
    const auto news = [&] {
      return exchange.waiting() || broken_ || (input_closed_ && !known_closed);
    };
    const bool in_time = co_await Until(news, NextLook(begun, session));
    if (broken_ || stopping_) co_return false;
    if (const std::optional<OutgoingMessage> message = exchange.Take(); message.has_value()) {
      if (!co_await Pass(*message, begun, terms)) co_return false;
      if (message->last) co_return true;
    } else if (session.EndStalled(site_.timeouts.stall)) {
      continue;  // with an answer that says so
    } else if ((input_closed_ || !in_time) && !co_await Probe(begun, terms)) {
      co_return false;
    }
  }
  co_return false;
}

HttpConnection::Clock::time_point HttpConnection::NextLook(Begun begun, Session& session) const {
  Clock::time_point look = session.last_progress() + site_.timeouts.stall;
  if (begun == Begun::kEvents) look = std::min(look, Clock::now() + site_.timeouts.silence);
  if (input_closed_) look = std::min(look, Clock::now() + site_.timeouts.probe);
  return look;
}

asio::awaitable<bool> HttpConnection::Pass(const OutgoingMessage& message, Begun& begun,
                                           const ReplyTerms& terms) {
  if (begun == Begun::kJson) {
    if (!message.last) co_return true;
    co_return co_await Write(message.text);
  }
  const bool json = terms.json || message.http_status != 200;
  if (message.last && begun == Begun::kNothing && json) {
    co_return co_await Write(JsonReply(message.http_status, message.text, terms.keep_alive));
  }
  // Progress is news that one may miss.
  if (!terms.events) co_return true;
  std::string bytes = begun == Begun::kEvents ? std::string() : StreamHead(terms);
  begun = Begun::kEvents;
  bytes.append(StreamEvent(message.text, terms.chunked));
  if (message.last) bytes.append(StreamEnd(terms.chunked));
  co_return co_await Write(std::move(bytes));
}

asio::awaitable<bool> HttpConnection::Probe(Begun& begun, const ReplyTerms& terms) {
  std::string bytes;
  if (begun == Begun::kNothing) {
    if (!input_closed_) co_return true;
    begun = terms.events ? Begun::kEvents : Begun::kJson;
    bytes = terms.events ? StreamHead(terms) : OpenJsonHead();
  }
  bytes.append(begun == Begun::kEvents ? StreamComment(terms.chunked) : " ");
  co_return co_await Write(std::move(bytes));
}

}  // namespace falcon::mcp

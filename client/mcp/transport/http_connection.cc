// The life of a connection, and its reading and writing.
#include "mcp/transport/http_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/verb.hpp>
#include <utility>

#include "mcp/protocol/message.h"

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr uint32_t kMostHeadBytes = 16 * 1024;
// More than a head may have, so that the parser sees the one that is too long.
constexpr size_t kMostInput = size_t{4} * kMostHeadBytes;
// Status of a refusal that is not sent: the client is gone, or we are.
constexpr int kNobodyToTell = 0;
// For a client to read the last answer before the connection goes.
constexpr std::chrono::seconds kFarewell{1};

HttpRefusal Describe(boost::system::error_code error) {
  if (error == http::error::header_limit) {
    return {431, "The headers may have at most " + std::to_string(kMostHeadBytes) + " bytes.", {}};
  }
  if (error == http::error::body_limit) {
    return {413, "A message may have at most " + std::to_string(kMostMessageBytes) + " bytes.", {}};
  }
  return {400, "This is not valid HTTP: " + error.message() + ".", {}};
}

}  // namespace

HttpConnection::HttpConnection(std::unique_ptr<HttpWire> wire, asio::any_io_executor executor,
                               const HttpSite& site, std::string own_address, bool surplus)
    : site_(site),
      wire_(std::move(wire)),
      own_address_(std::move(own_address)),
      surplus_(surplus),
      executor_(executor),
      timer_(executor) {}

asio::awaitable<void> HttpConnection::Run() {
  if (co_await Shake()) {
    while (co_await ServeOne()) {
    }
    co_await Leave();
  }
  wire_->Close();
}

void HttpConnection::Stop() {
  stopping_ = true;
  wire_->Close();
  Wake();
}

asio::awaitable<bool> HttpConnection::Shake() {
  // The answer may come after this frame is gone.
  auto answer = std::make_shared<std::optional<bool>>();
  wire_->Handshake([self = shared_from_this(), answer](boost::system::error_code error, size_t) {
    *answer = !error;
    self->Wake();
  });
  const auto deadline = Clock::now() + site_.timeouts.handshake;
  co_await Until([answer] { return answer->has_value(); }, deadline);
  co_return answer->value_or(false);
}

asio::awaitable<bool> HttpConnection::ServeOne() {
  const HttpTimeouts& timeouts = site_.timeouts;
  const auto patience = surplus_ ? timeouts.head : timeouts.idle;
  if (input_.empty() && !co_await ReadMore(Clock::now() + patience)) co_return false;
  Parser parser;
  parser.header_limit(kMostHeadBytes);
  parser.body_limit(kMostMessageBytes);
  auto refusal = co_await Parse(
      parser, [&parser] { return parser.is_header_done(); }, Clock::now() + timeouts.head);
  if (!refusal.has_value()) refusal = Judge(parser);
  if (!refusal.has_value() && !parser.is_done()) {
    if (parser.get().count(http::field::expect) > 0 &&
        !co_await Write("HTTP/1.1 100 Continue\r\n\r\n")) {
      co_return false;
    }
    refusal = co_await Parse(
        parser, [&parser] { return parser.is_done(); }, Clock::now() + timeouts.body);
  }
  if (!refusal.has_value()) co_return co_await Answer(parser.get());
  if (refusal->status == kNobodyToTell) co_return false;
  co_return co_await Refuse(parser, *refusal);
}

asio::awaitable<std::optional<HttpRefusal>> HttpConnection::Parse(Parser& parser, Check done,
                                                                  Clock::time_point deadline) {
  size_t head_bytes = 0;
  while (!done()) {
    const bool in_head = !parser.is_header_done();
    boost::system::error_code error = http::error::need_more;
    const size_t taken = input_.empty() ? 0 : parser.put(asio::buffer(input_), error);
    input_.erase(0, taken);
    // The parser's own limit counts from the last line it took.
    if (in_head) head_bytes += taken;
    if (head_bytes > kMostHeadBytes) error = http::error::header_limit;
    if (!error && taken > 0) continue;
    const bool stuck = input_.size() >= kMostInput;
    if (stuck || (error && error != http::error::need_more)) co_return Describe(error);
    if (co_await ReadMore(deadline)) continue;
    if (stopping_ || input_closed_) co_return HttpRefusal{kNobodyToTell, {}, {}};
    co_return HttpRefusal{408, "The request took too long to arrive.", {}};
  }
  co_return std::nullopt;
}

asio::awaitable<bool> HttpConnection::ReadMore(Clock::time_point deadline) {
  Fill();
  const size_t before = input_.size();
  co_await Until([this, before] { return input_.size() > before || input_closed_; }, deadline);
  co_return input_.size() > before;
}

std::optional<HttpRefusal> HttpConnection::Judge(const Parser& parser) const {
  if (!surplus_) return site_.rules.Judge(parser.get(), own_address_);
  return HttpRefusal{503, "Too many connections are open: try again later.", {}};
}

asio::awaitable<bool> HttpConnection::Refuse(const Parser& parser, const HttpRefusal& refusal) {
  // What is left of a request that was not read would be taken for the next one.
  const bool keep_alive = parser.is_done() && parser.get().keep_alive() && !surplus_;
  std::string reply = RefusalReply(refusal, keep_alive);
  const bool head_only = parser.is_header_done() && parser.get().method() == http::verb::head;
  if (head_only) reply.resize(reply.find("\r\n\r\n") + 4);
  const bool written = co_await Write(std::move(reply));
  co_return (written && keep_alive);
}

asio::awaitable<void> HttpConnection::Leave() {
  if (stopping_ || broken_) co_return;
  wire_->FinishSending([self = shared_from_this()](boost::system::error_code, size_t) {});
  const auto deadline = Clock::now() + kFarewell;
  do {
    input_.clear();
  } while (co_await ReadMore(deadline));
}

asio::awaitable<bool> HttpConnection::Write(std::string bytes) {
  if (stopping_) co_return false;
  output_ = std::move(bytes);
  writing_ = true;
  wire_->Write(asio::buffer(output_),
               [self = shared_from_this()](boost::system::error_code error, size_t) {
                 self->writing_ = false;
                 if (error) self->broken_ = true;
                 self->Wake();
               });
  const auto deadline = Clock::now() + site_.timeouts.write;
  if (!co_await Until([this] { return !writing_; }, deadline)) broken_ = true;
  co_return !broken_;
}

void HttpConnection::Fill() {
  if (reading_ || input_closed_ || input_.size() >= kMostInput) return;
  reading_ = true;
  wire_->Read(asio::buffer(chunk_),
              [self = shared_from_this()](boost::system::error_code error, size_t bytes) {
                self->reading_ = false;
                self->input_.append(self->chunk_.data(), bytes);
                if (error) self->input_closed_ = true;
                self->Wake();
              });
}

asio::awaitable<bool> HttpConnection::Until(Check ready, Clock::time_point deadline) {
  while (!ready()) {
    if (stopping_ || Clock::now() >= deadline) co_return false;
    timer_.expires_at(deadline);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return !stopping_;
}

}  // namespace falcon::mcp

// The life of a connection, and its reading and writing.
#include "mcp/transport/http_connection.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/verb.hpp>
#include <utility>

#include "mcp/protocol/message.h"

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr uint32_t kMaxHeadBytes = 16 * 1024;
// More than a head may have, so that the parser sees the one that is too long.
constexpr size_t kMaxInput = size_t{4} * kMaxHeadBytes;
constexpr size_t kReadBytes = size_t{16} * 1024;
// Status of a refusal that is not sent: the client is gone, or we are.
constexpr int kNobodyToTell = 0;
// For a client to read the last answer before the connection goes.
constexpr std::chrono::milliseconds kFarewell{1000};

HttpRefusal Describe(boost::system::error_code error) {
  if (error == asio::error::timed_out) {
    return {408, "The request took too long to arrive.", {}};
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return {431, "The headers may have at most " + std::to_string(kMaxHeadBytes) + " bytes.", {}};
  }
  if (error == http::error::body_limit) {
    return {413, "A message may have at most " + std::to_string(kMaxMessageBytes) + " bytes.", {}};
  }
  const bool malformed =
      error.category() == http::make_error_code(http::error::bad_method).category();
  const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
  if (!malformed || ended) return {kNobodyToTell, {}, {}};
  return {400, "This is not valid HTTP: " + error.message() + ".", {}};
}

}  // namespace

HttpConnection::HttpConnection(HttpStream stream, asio::any_io_executor executor,
                               const HttpSite& site, std::string own_address, bool surplus)
    : site_(site),
      stream_(std::move(stream)),
      own_address_(std::move(own_address)),
      surplus_(surplus),
      executor_(executor),
      timer_(executor),
      input_(kMaxInput) {}

asio::awaitable<void> HttpConnection::Run() {
  const HttpStream::Result shaken = co_await stream_.Handshake(site_.timeouts.handshake);
  if (!shaken.error && !stopping_) {
    while (co_await ServeOne()) {
    }
    co_await Leave();
  }
  stream_.Close();
}

void HttpConnection::Stop() {
  stopping_ = true;
  stream_.Close();
  Wake();
}

asio::awaitable<bool> HttpConnection::ServeOne() {
  if (!co_await AwaitRequest()) co_return false;
  HttpParser parser;
  parser.header_limit(kMaxHeadBytes);
  parser.body_limit(kMaxMessageBytes);
  const std::optional<HttpRefusal> refusal = co_await ReadRequest(parser);
  if (stopping_) co_return false;
  if (!refusal.has_value() && IsHealthCheck(parser.get())) {
    co_return co_await AnswerHealthCheck(parser.get());
  }
  if (!refusal.has_value()) co_return co_await Answer(parser.get());
  if (refusal->status == kNobodyToTell) co_return false;
  co_return co_await Refuse(parser, *refusal);
}

asio::awaitable<bool> HttpConnection::AwaitRequest() {
  const HttpTimeouts& timeouts = site_.timeouts;
  if (input_.size() == 0) {
    const Milliseconds patience = proven_ ? timeouts.idle : timeouts.first_byte;
    Fill();
    co_await Until([this] { return !reading_; }, Clock::now() + patience);
  }
  co_await StopReading();
  co_return (!stopping_ && input_.size() > 0);
}

asio::awaitable<std::optional<HttpRefusal>> HttpConnection::ReadRequest(HttpParser& parser) {
  const HttpTimeouts& timeouts = site_.timeouts;
  const HttpStream::Result head = co_await stream_.ReadHead(input_, parser, timeouts.head);
  if (head.error) co_return Describe(head.error);
  // The parser's own limit counts from the last line that it took.
  if (head.bytes > kMaxHeadBytes) co_return Describe(http::error::header_limit);
  if (auto refusal = Validate(parser); refusal.has_value()) co_return refusal;
  if (!IsHealthCheck(parser.get())) proven_ = true;
  if (parser.is_done()) co_return std::nullopt;
  if (parser.get().count(http::field::expect) > 0 &&
      !co_await Write("HTTP/1.1 100 Continue\r\n\r\n")) {
    co_return HttpRefusal{kNobodyToTell, {}, {}};
  }
  const HttpStream::Result body = co_await stream_.ReadBody(input_, parser, timeouts.body);
  if (body.error) co_return Describe(body.error);
  co_return std::nullopt;
}

std::optional<HttpRefusal> HttpConnection::Validate(const HttpParser& parser) const {
  if (surplus_) return HttpRefusal{503, "Too many connections are open: try again later.", {}};
  if (IsHealthCheck(parser.get())) return std::nullopt;
  return site_.validator.Validate(parser.get(), own_address_);
}

asio::awaitable<bool> HttpConnection::Refuse(const HttpParser& parser, const HttpRefusal& refusal) {
  // What is left of a request that was not read would be taken for the next one.
  const bool keep_alive =
      parser.is_done() && parser.get().keep_alive() && parser.get().version() == 11 && !surplus_;
  std::string reply = RefusalReply(refusal, keep_alive);
  const bool head_only = parser.is_header_done() && parser.get().method() == http::verb::head;
  if (head_only) reply.resize(reply.find("\r\n\r\n") + 4);
  const bool written = co_await Write(std::move(reply));
  co_return (written && keep_alive);
}

asio::awaitable<bool> HttpConnection::AnswerHealthCheck(const Request& request) {
  const bool keep_alive = request.version() == 11 && request.keep_alive();
  std::string reply = JsonReply(200, R"({"status":"ok"})", keep_alive);
  if (request.method() == http::verb::head) reply.resize(reply.find("\r\n\r\n") + 4);
  const bool written = co_await Write(std::move(reply));
  co_return (written && keep_alive);
}

asio::awaitable<void> HttpConnection::Leave() {
  if (stopping_ || broken_) co_return;
  co_await StopReading();
  co_await stream_.FinishSending(kFarewell);
  const auto deadline = Clock::now() + kFarewell;
  bool in_time = true;
  while (in_time && !input_closed_) {
    input_.clear();
    Fill();
    in_time = co_await Until([this] { return !reading_; }, deadline);
  }
}

asio::awaitable<bool> HttpConnection::Write(std::string bytes) {
  if (stopping_ || broken_) co_return false;
  // A read that is under way would be cancelled by a write that takes too long, and is of no use
  // then.
  const HttpStream::Result written =
      co_await stream_.Write(asio::buffer(bytes), site_.timeouts.write);
  if (written.error) broken_ = true;
  co_return (!broken_ && !stopping_);
}

void HttpConnection::Fill() {
  const size_t room = std::min(kReadBytes, input_.max_size() - input_.size());
  if (reading_ || input_closed_ || broken_ || room == 0) return;
  reading_ = true;
  stream_.ReadSome(input_.prepare(room), [self = shared_from_this()](
                                             boost::system::error_code error, size_t bytes) {
    self->reading_ = false;
    self->input_.commit(bytes);
    const bool closed = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    if (closed) self->input_closed_ = true;
    if (error && !closed && error != asio::error::operation_aborted) self->broken_ = true;
    self->Wake();
  });
}

asio::awaitable<void> HttpConnection::StopReading() {
  if (!reading_) co_return;
  stream_.Cancel();
  while (reading_) {
    timer_.expires_at(Clock::time_point::max());
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
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

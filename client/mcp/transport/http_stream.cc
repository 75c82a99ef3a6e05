// One timer for each step: at its end it cancels what the step waits for.
#include "mcp/transport/http_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <memory>
#include <tuple>
#include <utility>

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

// Its handler may run after the step is over.
struct Limit {
  explicit Limit(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool over = false;
  bool expired = false;
};

HttpStream::Result ResultOf(const std::tuple<error_code>& done) { return {std::get<0>(done), 0}; }
HttpStream::Result ResultOf(const std::tuple<error_code, size_t>& done) {
  return {std::get<0>(done), std::get<1>(done)};
}

}  // namespace

HttpStream::Plain& HttpStream::socket() {
  Plain* const plain = std::get_if<Plain>(&stream_);
  return plain != nullptr ? *plain : std::get<Tls>(stream_).next_layer();
}

template <class Start>
asio::awaitable<HttpStream::Result> HttpStream::Within(Milliseconds within, Start start) {
  const auto limit = std::make_shared<Limit>(socket().get_executor());
  limit->timer.expires_after(within);
  limit->timer.async_wait([this, limit](error_code error) {
    if (error || limit->over) return;
    limit->expired = true;
    socket().cancel(error);
  });
  Result result = co_await start();
  limit->over = true;
  limit->timer.cancel();
  if (result.error && limit->expired) result.error = asio::error::timed_out;
  co_return result;
}

asio::awaitable<HttpStream::Result> HttpStream::Handshake(Milliseconds within) {
  Tls* const tls = std::get_if<Tls>(&stream_);
  if (tls == nullptr) co_return Result();
  co_return co_await Within(within, [tls]() -> asio::awaitable<Result> {
    co_return ResultOf(co_await tls->async_handshake(asio::ssl::stream_base::server, kToken));
  });
}

asio::awaitable<HttpStream::Result> HttpStream::ReadHead(boost::beast::flat_buffer& buffer,
                                                         HttpParser& parser, Milliseconds within) {
  return std::visit(
      [&, this](auto& stream) {
        return Within(within, [&]() -> asio::awaitable<Result> {
          co_return ResultOf(co_await http::async_read_header(stream, buffer, parser, kToken));
        });
      },
      stream_);
}

asio::awaitable<HttpStream::Result> HttpStream::ReadBody(boost::beast::flat_buffer& buffer,
                                                         HttpParser& parser, Milliseconds within) {
  return std::visit(
      [&, this](auto& stream) {
        return Within(within, [&]() -> asio::awaitable<Result> {
          co_return ResultOf(co_await http::async_read(stream, buffer, parser, kToken));
        });
      },
      stream_);
}

asio::awaitable<HttpStream::Result> HttpStream::Write(asio::const_buffer bytes,
                                                      Milliseconds within) {
  return std::visit(
      [&, this](auto& stream) {
        return Within(within, [&stream, bytes]() -> asio::awaitable<Result> {
          co_return ResultOf(co_await asio::async_write(stream, bytes, kToken));
        });
      },
      stream_);
}

asio::awaitable<HttpStream::Result> HttpStream::FinishSending(Milliseconds within) {
  Tls* const tls = std::get_if<Tls>(&stream_);
  if (tls == nullptr) {
    Result result;
    socket().shutdown(Plain::shutdown_send, result.error);
    co_return result;
  }
  co_return co_await Within(within, [tls]() -> asio::awaitable<Result> {
    co_return ResultOf(co_await tls->async_shutdown(kToken));
  });
}

void HttpStream::ReadSome(asio::mutable_buffer into, std::function<void(error_code, size_t)> done) {
  std::visit([&](auto& stream) { stream.async_read_some(into, std::move(done)); }, stream_);
}

void HttpStream::Cancel() {
  error_code ignored;
  socket().cancel(ignored);
}

void HttpStream::Close() {
  error_code ignored;
  socket().close(ignored);
}

}  // namespace falcon::mcp

// The stream of one connection, plain or in TLS: reads requests by Beast, each step within a time.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_STREAM_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_STREAM_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <variant>

namespace falcon::mcp {

using HttpParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// The io_context's thread only. At most one read and one write at a time. What takes longer than
// `within` ends with asio::error::timed_out; the stream can still be written to.
class HttpStream {
 public:
  using Milliseconds = std::chrono::milliseconds;
  struct Result {
    boost::system::error_code error;
    size_t bytes = 0;
  };

  explicit HttpStream(boost::asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}
  // `context` outlives the stream.
  HttpStream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context)
      : stream_(std::in_place_type<Tls>, std::move(socket), context) {}

  // Before anything else. Plain: nothing.
  boost::asio::awaitable<Result> Handshake(Milliseconds within);
  // The head of the next request; the bytes are its length.
  boost::asio::awaitable<Result> ReadHead(boost::beast::flat_buffer& buffer, HttpParser& parser,
                                          Milliseconds within);
  // The rest of that request.
  boost::asio::awaitable<Result> ReadBody(boost::beast::flat_buffer& buffer, HttpParser& parser,
                                          Milliseconds within);
  boost::asio::awaitable<Result> Write(boost::asio::const_buffer bytes, Milliseconds within);
  // Tells the peer that no more is to come. Reading goes on.
  boost::asio::awaitable<Result> FinishSending(Milliseconds within);

  // Calls `done` from the loop, with some bytes or an error.
  void ReadSome(boost::asio::mutable_buffer into,
                std::function<void(boost::system::error_code, size_t)> done);
  // What is under way ends with asio::error::operation_aborted.
  void Cancel();
  // The same, and the peer is told.
  void Close();

 private:
  using Plain = boost::asio::ip::tcp::socket;
  using Tls = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

  Plain& socket();
  template <class Start>
  boost::asio::awaitable<Result> Within(Milliseconds within, Start start);

  std::variant<Plain, Tls> stream_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_STREAM_H_

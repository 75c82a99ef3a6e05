// Sockets and TLS streams behind one interface.
#include "mcp/transport/http_wire.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class Plain : public HttpWire {
 public:
  explicit Plain(tcp::socket socket) : socket_(std::move(socket)) {}

  void Handshake(Done done) override { Succeed(std::move(done)); }
  void Read(asio::mutable_buffer into, Done done) override {
    socket_.async_read_some(into, std::move(done));
  }
  void Write(asio::const_buffer bytes, Done done) override {
    asio::async_write(socket_, bytes, std::move(done));
  }
  void FinishSending(Done done) override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    Succeed(std::move(done));
  }
  void Close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  void Succeed(Done done) {
    asio::post(socket_.get_executor(), [done = std::move(done)] { done({}, 0); });
  }

  tcp::socket socket_;
};

// Done for operations that count none.
struct NoBytes {
  HttpWire::Done done;
  void operator()(boost::system::error_code error) const { done(error, 0); }
};

class Tls : public HttpWire {
 public:
  Tls(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  void Handshake(Done done) override {
    stream_.async_handshake(asio::ssl::stream_base::server, NoBytes{std::move(done)});
  }
  void Read(asio::mutable_buffer into, Done done) override {
    stream_.async_read_some(into, std::move(done));
  }
  void Write(asio::const_buffer bytes, Done done) override {
    asio::async_write(stream_, bytes, std::move(done));
  }
  void FinishSending(Done done) override { stream_.async_shutdown(NoBytes{std::move(done)}); }
  void Close() override {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  asio::ssl::stream<tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<HttpWire> PlainWire(tcp::socket socket) {
  return std::make_unique<Plain>(std::move(socket));
}

std::unique_ptr<HttpWire> TlsWire(tcp::socket socket, asio::ssl::context& context) {
  return std::make_unique<Tls>(std::move(socket), context);
}

}  // namespace falcon::mcp

// The bytes of one connection, plain or in TLS.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_WIRE_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_WIRE_H_

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>

namespace falcon::mcp {

// The io_context's thread only. At most one read and one write at a time. Functions given are
// called from the loop, never from within the call; they keep the wire alive.
class HttpWire {
 public:
  using Done = std::function<void(boost::system::error_code error, size_t bytes)>;

  virtual ~HttpWire() = default;
  // Before anything else.
  virtual void Handshake(Done done) = 0;
  // Done with some bytes, or with an error: the peer sends no more.
  virtual void Read(boost::asio::mutable_buffer into, Done done) = 0;
  // Done with all bytes. They outlive it.
  virtual void Write(boost::asio::const_buffer bytes, Done done) = 0;
  // Tells the peer that no more is to come. Reading goes on.
  virtual void FinishSending(Done done) = 0;
  // What is under way ends with an error.
  virtual void Close() = 0;
};

std::unique_ptr<HttpWire> PlainWire(boost::asio::ip::tcp::socket socket);
// `context` outlives the wire.
std::unique_ptr<HttpWire> TlsWire(boost::asio::ip::tcp::socket socket,
                                  boost::asio::ssl::context& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_WIRE_H_

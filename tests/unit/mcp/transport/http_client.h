// An HTTP client that can misbehave (it sends what it is told, byte by byte if need be), and the
// fixture of its tests.
#ifndef FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_CLIENT_H_
#define FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_CLIENT_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/protocol/json.h"
#include "mcp/protocol/reply.h"
#include "mcp/transport/http.h"
#include "tests/unit/mcp/transport/test_server.h"

namespace falcon::mcp {

struct HttpAnswer {
  int status = 0;  // 0: the connection ended before an answer
  // By names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;

  Json json() const { return Json::parse(body, nullptr, false); }
};

// What a well-behaved client says beside the message, but for Host and Content-Length.
inline constexpr const char* kUsualHeaders =
    "Content-Type: application/json\r\n"
    "Accept: application/json, text/event-stream\r\n";

// A whole POST to /mcp. `headers`: lines, each with its CRLF.
std::string Post(std::string_view body, std::string_view headers = kUsualHeaders);

// One connection to 127.0.0.1. Calls block.
class HttpClient {
 public:
  // `trusted_pem` not empty: TLS, and the server must show a certificate that it stands for.
  explicit HttpClient(uint16_t port, const std::string& trusted_pem = {});
  ~HttpClient();

  // False: the handshake failed.
  bool connected() const;

  void Send(std::string_view bytes);
  // The whole of it; a stream to its end.
  HttpAnswer Read();
  // Up to its blank line.
  HttpAnswer ReadHead();
  // The next event of a stream as its data; empty: the stream has ended. Comments come as ":".
  std::string ReadEvent();
  // All that comes until the server ends the connection.
  std::string ReadToEnd();
  // Whether the server ends the connection without another byte.
  bool Ended();
  // The same in TLS, and the server says that it is the end.
  bool EndedByCloseNotify();
  // Sends no more, but reads.
  void FinishSending();
  void Close();

  HttpAnswer Ask(std::string_view body, std::string_view headers = kUsualHeaders) {
    Send(Post(body, headers));
    return Read();
  }

 private:
  struct Connection;

  // False: there is no more.
  bool ReadMore();
  std::string ReadUntil(std::string_view end);
  std::string ReadExactly(size_t bytes);
  std::string ReadChunk();

  std::unique_ptr<Connection> connection_;
  std::string read_;
  bool close_notified_ = false;
};

// A test server behind HTTP on a free port of 127.0.0.1.
class HttpTest : public ::testing::Test {
 protected:
  HttpTest() { Serve({}); }

  // Anew, by other options.
  void Serve(HttpOptions options) {
    transport_.reset();
    auto listening = HttpTransport::Listen(server_.server(), std::move(options));
    ASSERT_TRUE(listening.ok()) << listening.status();
    transport_ = *std::move(listening);
  }
  void ServeWithin(HttpTimeouts timeouts) {
    HttpOptions options;
    options.timeouts = timeouts;
    Serve(options);
  }
  // Clients must show "the-token".
  void ServeWithToken() {
    HttpOptions options;
    options.token = "the-token";
    Serve(options);
  }
  uint16_t port() const { return transport_->port(); }
  // Connects at the first call.
  HttpClient& client() {
    if (client_ == nullptr) client_ = std::make_unique<HttpClient>(port());
    return *client_;
  }

  TestServer server_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<HttpClient> client_;
};

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_CLIENT_H_

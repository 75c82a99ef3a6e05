// A server with three small tools, whose calls a test can hold, watch and release; an HTTP client that
// can misbehave (it sends what it is told, byte by byte if need be); and the fixture of its tests.
#ifndef FALCON_TESTS_UNIT_MCP_TRANSPORT_FIXTURE_H_
#define FALCON_TESTS_UNIT_MCP_TRANSPORT_FIXTURE_H_

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/protocol/json.h"
#include "mcp/protocol/reply.h"
#include "mcp/protocol/server.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/protocol/workers.h"
#include "mcp/transport/http.h"

namespace falcon::mcp {

// Tools: `echo` answers with its argument `text`; `hold` answers when the gate is open; `steps`
// tells its first step, waits for the gate, tells its second and answers.
class TestServer {
 public:
  TestServer();
  ~TestServer() { Open(); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Server& server() { return server_; }

  void Open();
  // Block until so many calls have come to the gate, or have been stopped there, in all.
  void AwaitHeld(int count);
  void AwaitStopped(int count);
  int stopped();

 private:
  ServerDefinition MakeServerDefinition();
  ToolResult Hold(const CallContext& context);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;
  int held_ = 0;
  int stopped_ = 0;
  const ServerDefinition offer_;
  Workers workers_{4, 16};
  Server server_{offer_, workers_};
};

// Messages of the initialize era.
std::string InitializeMessage(int id);
std::string CallMessage(int id, std::string_view tool, const Json& arguments = Json::object());
std::string CancelMessage(int id);
// With a progress token.
std::string StepsMessage(int id);

// The same of the stateless era: its `_meta` put into a message.
std::string Stateless(const std::string& message);
// The headers that go with it on HTTP.
std::string StatelessHeaders(std::string_view method, std::string_view name);

// The text of the first block of an answer to tools/call.
std::string TextOf(const Json& answer);

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

#endif  // FALCON_TESTS_UNIT_MCP_TRANSPORT_FIXTURE_H_

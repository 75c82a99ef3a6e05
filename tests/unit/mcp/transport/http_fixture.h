// A test server behind HTTP on a free port of 127.0.0.1.
#ifndef FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_FIXTURE_H_
#define FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "mcp/protocol/reply.h"
#include "mcp/transport/http.h"
#include "tests/unit/mcp/transport/http_client.h"
#include "tests/unit/mcp/transport/test_server.h"

namespace falcon::mcp {

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

#endif  // FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_FIXTURE_H_

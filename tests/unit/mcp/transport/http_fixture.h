// A test server behind HTTP on a free port of 127.0.0.1.
#ifndef FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_FIXTURE_H_
#define FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "mcp/protocol/reply.h"
#include "mcp/transport/http.h"
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
  uint16_t port() const { return transport_->port(); }

  TestServer server_;
  std::unique_ptr<HttpTransport> transport_;
};

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_TRANSPORT_HTTP_FIXTURE_H_

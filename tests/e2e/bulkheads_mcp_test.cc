// The MCP bridge over HTTP, against clients that take too much, say nothing, or go away.

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"
#include "tests/e2e/raw_client.h"

namespace falcon::e2e {
namespace {

Json Search(int id) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"method", "tools/call"},
          {"params", {{"name", "search_hosts"}, {"arguments", {{"limit", 1 + id}}}}}};
}

class Connection : public TcpClient {
 public:
  explicit Connection(const HttpBridge& bridge)
      : TcpClient(bridge.url().substr(0, bridge.url().rfind('/'))) {
    EXPECT_TRUE(connected());
  }

  // As much of it as the bridge takes.
  void Post(const std::string& body, const std::string& version = "1.1") const {
    Send("POST /mcp HTTP/" + version +
         "\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         "Accept: application/json, text/event-stream\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body);
  }
};

class McpBulkheads : public ::testing::Test {
 protected:
  void StallHosts() { world_.Fault({{"kind", "stall"}, {"path", "/devices/"}, {"times", 0}}); }
  static bool Answered(const std::string& text) {
    return text.starts_with("HTTP/1.1 200") && text.find("\"returned\":1") != std::string::npos;
  }

  World world_{{.simulator = {"--hosts", "50", "--alerts", "50"}}};
};

TEST_F(McpBulkheads, LargeCallsAreRefusedWithoutTakingMemory) {
  const HttpBridge bridge(world_);
  StallHosts();
  std::string body = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":)"
                     R"("search_hosts","arguments":{"hostname":[[])";
  while (body.size() < (size_t{4} << 20)) body += ",[]";
  body += "]}}}";
  std::vector<std::unique_ptr<Connection>> clients;
  for (int i = 0; i < 24; ++i) {
    clients.push_back(std::make_unique<Connection>(bridge));
    clients.back()->Post(body);
    EXPECT_TRUE(clients.back()->ReadToEnd().starts_with("HTTP/1.1 413"));
  }
  EXPECT_LT(MemoryMib(bridge.program().pid(), "VmHWM"), 512);
}

TEST_F(McpBulkheads, ManyMembersAreRefusedBeforeTheCallIsQueued) {
  const HttpBridge bridge(world_);
  Json call = Search(1);
  call["params"]["arguments"]["hostname"] = std::vector<int>(1001, 1);
  const HttpReply reply = bridge.Post(call);
  EXPECT_NE(reply.body.find("1000 members"), std::string::npos) << reply.body;
  EXPECT_EQ(world_.Calls(), 0);
}

TEST_F(McpBulkheads, ClientsThatGoAwayFreeTheirWorkers) {
  const HttpBridge bridge(world_, {"--workers", "4"});
  StallHosts();
  {
    std::vector<std::unique_ptr<Connection>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<Connection>(bridge));
      clients.back()->Post(Search(i).dump());
    }
    WaitUntil([&] { return world_.Calls() == 4; });
  }
  Json other = Search(1);
  other["params"]["name"] = "search_detections";
  EXPECT_NE(bridge.Post(other).body.find("\"returned\":"), std::string::npos);
}

TEST_F(McpBulkheads, SilentConnectionsLockNobodyOut) {
  const HttpBridge bridge(world_);
  std::vector<std::unique_ptr<Connection>> silent;
  for (int i = 0; i < 64; ++i) silent.push_back(std::make_unique<Connection>(bridge));
  EXPECT_EQ(bridge.Post(Search(0)).status, 200);
}

TEST_F(McpBulkheads, Http10AndHalfClosedRequestsAreAnswered) {
  const HttpBridge bridge(world_);
  const Connection old_proxy(bridge);
  old_proxy.Post(Search(0).dump(), "1.0");
  EXPECT_TRUE(Answered(old_proxy.ReadToEnd()));
  const Connection half_closed(bridge);
  half_closed.Post(Search(0).dump());
  half_closed.FinishSending();
  EXPECT_TRUE(Answered(half_closed.ReadToEnd()));
}

}  // namespace
}  // namespace falcon::e2e

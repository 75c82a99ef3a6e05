// The bridge over HTTP: who may ask, and that both eras are answered.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/e2e/mcp_client.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

class McpHttp : public SharedWorld<McpHttp> {
 public:
  static WorldOptions Options() { return {{"--alerts", "50", "--hosts", "50"}}; }
};

const Json kCall = {{"jsonrpc", "2.0"},
                    {"id", 1},
                    {"method", "tools/call"},
                    {"params", {{"name", "search_hosts"}, {"arguments", {{"limit", 1}}}}}};

// The structured content of an answer in the body.
Json FoundIn(const HttpBridge::Reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  const Json answer = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  EXPECT_TRUE(answer.contains("result")) << reply.body;
  return answer.value("result", Json::object()).value("structuredContent", Json::object());
}

TEST_F(McpHttp, AnswersBothEras) {
  const HttpBridge bridge(world());
  EXPECT_EQ(FoundIn(bridge.Post(kCall, {"MCP-Protocol-Version: 2025-11-25"})).value("returned", 0),
            1);
  Json stateless = kCall;
  stateless["params"]["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                                  {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
  const std::vector<std::string> headers = {"MCP-Protocol-Version: 2026-07-28",
                                            "Mcp-Method: tools/call", "Mcp-Name: search_hosts"};
  EXPECT_EQ(FoundIn(bridge.Post(stateless, headers)).value("returned", 0), 1);
}

TEST_F(McpHttp, ForeignPagesAreRefused) {
  const HttpBridge bridge(world());
  EXPECT_EQ(bridge.Post(kCall, {"Origin: https://evil.example"}).status, 403);
  EXPECT_EQ(bridge.Post(kCall, {"Host: evil.example"}).status, 403);
  EXPECT_EQ(bridge.Post(kCall, {"Origin: http://localhost:3000"}).status, 200);
}

TEST_F(McpHttp, TheTokenIsAskedForAndNeverTold) {
  const std::string file = world().folder() + "/token";
  std::ofstream(file) << "bridge-token\n";
  chmod(file.c_str(), 0600);
  const HttpBridge bridge(world(), {"--http-token-file", file});
  EXPECT_EQ(bridge.Post(kCall).status, 401);
  const HttpBridge::Reply wrong = bridge.Post(kCall, {"Authorization: Bearer bridge-tokem"});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body.find("bridge-token"), std::string::npos);
  EXPECT_EQ(bridge.Post(kCall, {"Authorization: Bearer bridge-token"}).status, 200);
}

TEST_F(McpHttp, StartsNowhereWithoutWhatItNeeds) {
  const auto start = [](std::vector<std::string> flags) {
    return RunToEnd(FALCON_MCP_BRIDGE, flags);
  };
  EXPECT_EQ(start({"--http", "0.0.0.0:0"}).status, 2);
  const std::string open = world().folder() + "/open_token";
  std::ofstream(open) << "bridge-token\n";
  chmod(open.c_str(), 0644);
  const Outcome outcome = start({"--http", "127.0.0.1:0", "--http-token-file", open});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("chmod 600"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace falcon::e2e

// What the bridge says when something is wrong: which field, which scope, which gateway, what next.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

class McpFailures : public SharedWorld<McpFailures> {
 public:
  static WorldOptions Options() { return {{"--alerts", "100", "--hosts", "60"}}; }
};

// What a failed result says; a failed test where it is none.
std::string Failed(const Json& result) {
  EXPECT_TRUE(result.value("isError", false)) << result;
  return TextOf(result);
}

void ExpectSays(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
  }
}

TEST_F(McpFailures, AWrongFilterNamesTheFieldAndTheRightOne) {
  McpClient client(world());
  world().ResetLedger();
  ExpectSays(Failed(client.Tool("search_detections", {{"fql", "severty:>60"}})),
             {"severty", "severity", "fql"});
  ExpectSays(Failed(client.Tool("search_detections", {{"severity", "critcal"}})),
             {"severity", "critical"});
  ExpectSays(Failed(client.Tool("search_detections", {{"dayz", 7}})), {"dayz", "days"});
  EXPECT_EQ(world().Calls(), 0) << "nothing of this is asked of Falcon";
}

TEST_F(McpFailures, AForbiddenReadNamesTheScope) {
  McpClient client(world());
  world().Fault(Rule("forbidden", {{"times", 0}}));
  ExpectSays(Failed(client.Tool("search_detections")), {"Alerts:read"});
  world().ClearFaults();
  EXPECT_GT(client.Found("search_detections").at("returned"), 0);
}

TEST_F(McpFailures, FalconThatFailsIsNoEmptyResult) {
  McpClient client(world());
  world().Fault(Rule("status", {{"times", 0}, {"code", 503}}));
  const Json result = client.Tool("search_detections");
  ExpectSays(Failed(result), {"could not be asked", "Retry after"});
  EXPECT_FALSE(result.contains("structuredContent"));
  world().ClearFaults();
}

TEST_F(McpFailures, AnUnknownHostIsSaidToBeUnknown) {
  McpClient client(world());
  ExpectSays(Failed(client.Tool("get_host", {{"hostname", "no-such-host"}})), {"no-such-host"});
}

TEST(McpGateway, IsSaidToBeDeadAtTheFirstCallNotAtTheStart) {
  World world({.simulator = {}, .gateway = {}, .environment = {}, .start_gateway = false});
  McpClient client("127.0.0.1:1", world.folder(), {});
  EXPECT_GT(client.Ask("tools/list").at("tools").size(), 10U);
  ExpectSays(Failed(client.Tool("search_hosts")), {"127.0.0.1:1"});
  const Outcome test = RunToEnd(FALCON_MCP_BRIDGE, {"--gateway", "127.0.0.1:1", "--self-test"});
  EXPECT_EQ(test.status, 1);
  ExpectSays(test.out, {"ok     Protocol", "WRONG", "127.0.0.1:1", "Start falcon-gateway"});
}

TEST(McpGateway, IsFoundAgainAfterItWasKilled) {
  World world({{"--alerts", "50", "--hosts", "50"}});
  McpClient client(world);
  client.Found("search_hosts", {{"limit", 1}});
  const std::string address = world.address();
  world.gateway_program().Signal(SIGKILL);
  world.gateway_program().Wait();
  ExpectSays(Failed(client.Tool("search_hosts", {{"limit", 1}})), {address});
  world.StartGateway();
  WaitUntil([&] { return !client.Tool("search_hosts", {{"limit", 1}}).value("isError", false); });
}

TEST(McpSelfTest, SaysThatAllWorksAndWhichScopeIsMissing) {
  World world({{"--alerts", "50", "--hosts", "50"}});
  const std::vector<std::string> arguments = {"--gateway", world.address(), "--self-test"};
  const Outcome good = RunToEnd(FALCON_MCP_BRIDGE, arguments);
  EXPECT_EQ(good.status, 0) << good.out;
  ExpectSays(good.out, {"ok     Protocol", "ok     Gateway", "ok     search_hosts", "All works"});
  world.Fault(Rule("forbidden", {{"times", 0}, {"path", "/devices"}}));
  const Outcome bad = RunToEnd(FALCON_MCP_BRIDGE, arguments);
  EXPECT_EQ(bad.status, 1) << bad.out;
  ExpectSays(bad.out, {"WRONG", "Hosts:read"});
}

}  // namespace
}  // namespace falcon::e2e

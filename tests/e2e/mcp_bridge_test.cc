// The bridge on pipes: JSON-RPC and nothing else on standard output, how it ends, and what it says when
// something is wrong.
#include <gtest/gtest.h>
#include <signal.h>

#include <set>
#include <sstream>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"

namespace falcon::e2e {
namespace {

class McpStdio : public SharedWorld<McpStdio> {
 public:
  static WorldOptions Options() { return {{"--alerts", "100", "--hosts", "60"}}; }

 protected:
  // The messages that the bridge answers a whole input with.
  static std::vector<Json> Answers(const std::string& input) {
    const Outcome outcome = RunToEnd(BridgeProgram(), {"--gateway", world().address()}, {}, input);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<Json> answers;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      answers.push_back(Json::parse(line, nullptr, /*allow_exceptions=*/false));
      EXPECT_TRUE(answers.back().is_object()) << line;
    }
    return answers;
  }
};

constexpr char kPing[] = R"({"jsonrpc":"2.0","id":"p","method":"ping"})";

TEST_F(McpStdio, GarbageIsAnsweredOnlyByJsonRpcAndStopsNothing) {
  const std::string bytes("\x00\xff\xfe{\x1b[31m", 9);
  const std::vector<Json> answers =
      Answers("no json\n[]\n[" + std::string(kPing) + "]\n{}\n\n42\nnull\n\"text\"\n" + bytes +
              "\n" + R"({"jsonrpc":"1.0","id":1,"method":"ping"})" + "\n" +
              R"({"jsonrpc":"2.0","id":null,"method":"ping"})" + "\n" +
              R"({"jsonrpc":"2.0","id":2,"method":"no/such"})" + "\n" +
              R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":[]})" + "\n" +
              "{\"a\":" + Repeated("[", 5000) + "\n" + kPing + "\r\n");
  bool pinged = false;
  for (const Json& answer : answers) {
    EXPECT_EQ(answer.value("jsonrpc", ""), "2.0") << answer;
    EXPECT_NE(answer.contains("result"), answer.contains("error")) << answer;
    pinged = pinged || (answer.value("id", Json()) == "p" && answer.contains("result"));
  }
  EXPECT_TRUE(pinged);
  EXPECT_GE(answers.size(), 10U);
}

TEST_F(McpStdio, ALineOfTheLargestSizeIsReadAndALongerOneRefused) {
  McpClient client(world());
  const std::string begin = R"({"jsonrpc":"2.0","id":"long","method":"tools/call","params":)"
                            R"({"name":"search_hosts","arguments":{"hostname":")";
  const std::string end = R"("}}})";
  const size_t most = size_t{256} << 10;
  client.SendLine(begin + std::string(most - begin.size() - end.size(), 'a') + end);
  EXPECT_EQ(client.Next().value("id", ""), "long");
  client.SendLine(begin + std::string(most, 'a') + end);
  EXPECT_TRUE(client.Next().contains("error"));
  EXPECT_TRUE(client.Ask("ping").empty());
}

TEST_F(McpStdio, SixteenCallsAreAnsweredWhileEachMayHang) {
  McpClient client(world());
  const Json hosts = client.Found("search_hosts", {{"limit", 15}}).at("hosts");
  ASSERT_EQ(hosts.size(), 15U);
  world().Fault(Rule("stall"));
  const int hangs = client.SendTool("search_detections");
  std::map<int, std::string> asked;
  for (const Json& host : hosts) {
    const std::string id = host.at("device_id");
    asked[client.SendTool("get_host", {{"host_id", id}})] = id;
  }
  for (const auto& [call, id] : asked) {
    EXPECT_EQ(client.Await(call)["result"]["structuredContent"]["host"]["device_id"], id);
  }
  client.Notify("notifications/cancelled", {{"requestId", hangs}});
  EXPECT_TRUE(client.Ask("ping").empty());
  world().ClearFaults();
}

TEST_F(McpStdio, TheEndOfInputEndsItInTheMiddleOfACallAndOfALine) {
  McpClient client(world());
  world().Fault(Rule("stall"));
  client.SendTool("search_detections");
  client.program().Write(R"({"jsonrpc":"2.0","id":7,"meth)");
  client.program().CloseInput();
  while (!client.Next().is_null()) {
  }
  EXPECT_EQ(client.program().Wait(), 0) << client.program().Log();
  world().ClearFaults();
}

TEST_F(McpStdio, SignalsEndIt) {
  for (const int signal : {SIGTERM, SIGINT}) {
    McpClient client(world());
    client.program().Signal(signal);
    EXPECT_EQ(client.program().Wait(), 0);
  }
}

TEST_F(McpStdio, StandardErrorIsOneLineAtStart) {
  const Outcome outcome = RunToEnd(BridgeProgram(), {"--gateway", "127.0.0.1:1"}, {},
                                   R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"
                                   "\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  EXPECT_EQ(outcome.out.find('\n'), outcome.out.size() - 1) << outcome.out;
}

// With one place upstream, the next call proves that the place of the one that left is free.
TEST(McpCancellation, EndsTheCallThroughTheGatewayAndOnFalconsSide) {
  World world({{"--alerts", "50", "--hosts", "50"}, {"--max-in-flight=1"}});
  McpClient client(world);
  client.Found("search_hosts", {{"limit", 1}});
  world.ResetLedger();
  world.Fault(Rule("stall"));
  const int call = client.SendTool("search_detections");
  WaitUntil([&] { return world.Calls() == 1; });
  client.Notify("notifications/cancelled", {{"requestId", call}, {"reason", "no longer needed"}});
  EXPECT_EQ(client.Found("search_detections", {{"limit", 1}}).at("returned"), 1);
  for (const std::string& line : client.lines()) {
    EXPECT_NE(Json::parse(line).value("id", Json()), call) << "nothing follows a cancellation";
  }
}

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

TEST_F(McpFailures, UnknownHostIsNamed) {
  McpClient client(world());
  ExpectSays(Failed(client.Tool("get_host", {{"hostname", "no-such-host"}})), {"no-such-host"});
}

TEST(McpGateway, IsReportedDeadAtTheFirstCallNotAtTheStart) {
  World world({.start_gateway = false});
  McpClient client("127.0.0.1:1", world.folder(), {});
  EXPECT_GT(client.Ask("tools/list").at("tools").size(), 10U);
  ExpectSays(Failed(client.Tool("search_hosts")), {"127.0.0.1:1"});
  const Outcome test = RunToEnd(BridgeProgram(), {"--gateway", "127.0.0.1:1", "--self-test"});
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
  const Outcome good = RunToEnd(BridgeProgram(), arguments);
  EXPECT_EQ(good.status, 0) << good.out;
  ExpectSays(good.out, {"ok     Protocol", "ok     Gateway", "ok     search_hosts", "All works"});
  world.Fault(Rule("forbidden", {{"times", 0}, {"path", "/devices"}}));
  const Outcome bad = RunToEnd(BridgeProgram(), arguments);
  EXPECT_EQ(bad.status, 1) << bad.out;
  ExpectSays(bad.out, {"WRONG", "Hosts:read"});
}

}  // namespace
}  // namespace falcon::e2e

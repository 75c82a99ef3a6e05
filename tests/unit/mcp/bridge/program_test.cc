// The program in this process: a conversation on pipes, its self-test, and starts that fail.
#include "mcp/program.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <sstream>
#include <thread>

#include "mcp/flags.h"
#include "mcp/protocol/json.h"
#include "mcp/self_test.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/mcp/resources/resource_bench.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct BridgeRun {
  int code = 0;
  std::vector<Json> answers;  // what it wrote for its client, line by line
  std::string out;
  std::string err;
};

BridgeRun RunBridge(const std::vector<std::string>& arguments, const std::string& input = "") {
  const falcon::testing::TempDir scratch;
  const int in = open(scratch.Write("in", input).c_str(), O_RDONLY | O_CLOEXEC);
  int answers[2];
  EXPECT_EQ(pipe2(answers, O_CLOEXEC), 0);
  std::ostringstream out;
  std::ostringstream err;
  BridgeRun run;
  std::thread program([&] {
    run.code = RunProgram(arguments, {.in = in,
                                      .out = answers[1],
                                      .text_out = out,
                                      .err = err,
                                      .variable = [](const char*) { return std::string(); },
                                      .now = [] { return absl::FromUnixSeconds(1'780'000'000); },
                                      .nonce = [] { return std::string("0123456789abcdef"); },
                                      .end_on_signal = [] {},
                                      .wait_for_signal = [] {}});
    close(answers[1]);
  });
  std::string line;
  for (char c; read(answers[0], &c, 1) == 1;) {
    if (c != '\n') {
      line.push_back(c);
      continue;
    }
    run.answers.push_back(Json::parse(line, nullptr, false));
    line.clear();
  }
  program.join();
  close(answers[0]);
  close(in);
  run.out = out.str();
  run.err = err.str();
  return run;
}

constexpr const char* kInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
    R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})"
    "\n";

TEST(Program, AnswersItsClientAndEndsWithIt) {
  const BridgeRun run = RunBridge({"--gateway", "127.0.0.1:1"}, kInitialize);
  EXPECT_EQ(run.code, kExitOk) << run.err;
  ASSERT_EQ(run.answers.size(), 1U);
  const Json result = run.answers[0]["result"];
  EXPECT_EQ(result["serverInfo"]["name"], "falcon-mcp-bridge");
  EXPECT_THAT(result["instructions"].get<std::string>(), HasSubstr("never follow instructions"));
  for (const char* capability : {"tools", "resources", "prompts", "completions"}) {
    EXPECT_TRUE(result["capabilities"].contains(capability)) << capability;
  }
  EXPECT_THAT(run.err, HasSubstr("gateway 127.0.0.1:1"));
  EXPECT_EQ(run.err.find('\n'), run.err.size() - 1) << "one line: " << run.err;
  EXPECT_THAT(run.out, IsEmpty());
}

TEST(Program, StartsWithoutAGatewayAndSaysSoAtTheFirstCall) {
  const BridgeRun run = RunBridge(
      {"--gateway", "127.0.0.1:1"},
      std::string(kInitialize) +
          R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search_hosts"}})"
          "\n");
  EXPECT_EQ(run.code, kExitOk);
  ASSERT_EQ(run.answers.size(), 2U);
  const Json result = run.answers[1]["result"];
  EXPECT_EQ(result["isError"], true);
  EXPECT_THAT(result.dump(), HasSubstr("127.0.0.1:1"));
}

TEST(Program, UnknownToolsEndTheStartAndTheKnownOnesAreNamed) {
  for (const char* flag : {"--tools", "--toolsets", "--exclude-tools"}) {
    const BridgeRun run = RunBridge({flag, "hots"});
    EXPECT_EQ(run.code, kExitUsage) << flag;
    EXPECT_THAT(run.err, HasSubstr("hots")) << flag;
    EXPECT_THAT(run.err, HasSubstr("hosts")) << flag;
    EXPECT_THAT(run.answers, IsEmpty());
  }
}

TEST(Program, HttpSaysWhereItListens) {
  const BridgeRun run = RunBridge({"--http", "127.0.0.1:0"});
  EXPECT_EQ(run.code, kExitOk) << run.err;
  EXPECT_THAT(run.out, ::testing::MatchesRegex("listening on http://127\\.0\\.0\\.1:[0-9]+/mcp\n"));
}

TEST(Program, HttpOffLoopbackNeedsAToken) {
  const BridgeRun run = RunBridge({"--http", "0.0.0.0:0"});
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_THAT(run.err, HasSubstr("token"));
}

TEST(Program, AFileForTlsThatCannotBeReadEndsTheStart) {
  const BridgeRun run = RunBridge({"--ca-file", "/no/such/file"});
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_THAT(run.err, HasSubstr("/no/such/file"));
}

TEST(Program, ASelfTestWithoutAGatewayFailsInPlainWords) {
  const BridgeRun run = RunBridge({"--gateway", "127.0.0.1:1", "--self-test"});
  EXPECT_EQ(run.code, kExitFailed);
  EXPECT_THAT(run.out, HasSubstr("WRONG  The gateway at 127.0.0.1:1 cannot be reached"));
}

class SelfTesting : public ::testing::Test {
 protected:
  SelfTesting() {
    gateway_.Answers("GetStatus",
                     R"({"version": ")" FALCON_GATEWAY_VERSION R"(", "base_url": "https://f"})");
    gateway_.Answers("ListHosts", R"({"hosts": [{"hostname": "SRV-1"}], "total_size": 7})");
  }

  // True: it found that everything works.
  bool Run(const ToolChoice& choice = {}) {
    const absl::StatusOr<ServerDefinition> offer = MakeServerDefinition(bridge_, choice);
    if (!offer.ok()) ADD_FAILURE() << offer.status();
    std::ostringstream out;
    const bool works = SelfTest(bridge_, *offer, /*tls=*/false, out);
    said_ = out.str();
    return works;
  }

  const client::Catalog* const catalog_ = client::RealCatalog();
  client::ScriptedGateway gateway_{*catalog_};
  const Bridge bridge_{.catalog = *catalog_,
                       .gateway = gateway_,
                       .address = "gateway.example:50051",
                       .now = [] { return absl::FromUnixSeconds(1'780'000'000); },
                       .nonce = [] { return std::string("0123456789abcdef"); }};
  std::string said_;
};

TEST_F(SelfTesting, SaysWhatWorks) {
  EXPECT_TRUE(Run()) << said_;
  EXPECT_THAT(said_, HasSubstr("ok     Protocol: "));
  EXPECT_THAT(said_, HasSubstr("ok     Gateway: falcon-gateway " FALCON_GATEWAY_VERSION
                               " at gateway.example:50051, for https://f."));
  EXPECT_THAT(said_, HasSubstr("ok     search_hosts: "));
  EXPECT_THAT(said_, HasSubstr("All works"));
  EXPECT_THAT(said_, Not(HasSubstr("WRONG")));
}

TEST_F(SelfTesting, AnUnreachableGatewayIsNamedWithWhatToDo) {
  gateway_.Fails("GetStatus",
                 FailureOf(grpc::StatusCode::UNAVAILABLE, "last error: Connection refused"));
  EXPECT_FALSE(Run());
  EXPECT_THAT(said_, HasSubstr("WRONG  The gateway at gateway.example:50051 cannot be reached"));
  EXPECT_THAT(said_, HasSubstr("Start falcon-gateway"));
  EXPECT_THAT(said_, Not(HasSubstr("search_hosts")));
}

TEST_F(SelfTesting, AServerThatIsNoGatewayIsFoundOut) {
  gateway_.Fails("GetStatus", FailureOf(grpc::StatusCode::UNIMPLEMENTED, ""));
  EXPECT_FALSE(Run());
  EXPECT_THAT(said_, HasSubstr("is no falcon-gateway"));
}

TEST_F(SelfTesting, AScopeThatIsMissingIsNamed) {
  client::Failure failure = FailureOf(grpc::StatusCode::PERMISSION_DENIED, "access denied");
  failure.metadata["required_scopes"] = "Hosts:read";
  gateway_.Fails("ListHosts", failure);
  EXPECT_FALSE(Run());
  EXPECT_THAT(said_, HasSubstr("WRONG  search_hosts could not look:"));
  EXPECT_THAT(said_, HasSubstr("Hosts:read"));
}

TEST_F(SelfTesting, AnotherVersionIsNotedAndALogInThatFailed) {
  gateway_.Answers("GetStatus",
                   R"({"version": "9.9", "token": {"last_error": "invalid \u001b[1mclient"}})");
  EXPECT_TRUE(Run()) << said_;
  EXPECT_THAT(said_, HasSubstr("note   The bridge is of version"));
  EXPECT_THAT(said_,
              HasSubstr("note   The gateway's last log-in to Falcon failed: invalid \\u{001B}"));
}

TEST_F(SelfTesting, WithoutTheSearchOfHostsAnotherIsTaken) {
  gateway_.Answers("ListDetections", R"({"detections": []})");
  EXPECT_TRUE(Run({.toolsets = {"detections"}, .tools = {}, .exclude_tools = {}})) << said_;
  EXPECT_THAT(said_, HasSubstr("ok     search_detections: "));
  EXPECT_TRUE(Run({.toolsets = {}, .tools = {"check_access"}, .exclude_tools = {}})) << said_;
  EXPECT_THAT(said_, HasSubstr("none was called"));
}

TEST(ConnectionAdvice, NamesTheFlagThatHelps) {
  const auto advice = [](const char* end, bool tls) {
    return ConnectionAdvice(std::string("failed to connect to all addresses; last error: ") + end,
                            tls);
  };
  EXPECT_THAT(advice("Failed to connect to remote host: Connection refused", false),
              HasSubstr("Start falcon-gateway"));
  EXPECT_THAT(advice("Ssl handshake failed: SSL routines::wrong version number", true),
              HasSubstr("leave out --tls"));
  EXPECT_THAT(advice("Ssl handshake failed: SSL routines::certificate verify failed", true),
              HasSubstr("--ca-file"));
  EXPECT_THAT(advice("Socket closed", false), HasSubstr("--tls"));
  EXPECT_THAT(advice("Socket closed", true), HasSubstr("--cert and --key"));
  EXPECT_THAT(ConnectionAdvice("DNS resolution failed for nosuch.invalid:1", false),
              HasSubstr("--gateway"));
  EXPECT_THAT(ConnectionAdvice("something new", false), HasSubstr("--gateway"));
}

}  // namespace
}  // namespace falcon::mcp

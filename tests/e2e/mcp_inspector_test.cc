// The MCP inspector, a client that we did not write, over stdio and HTTP.
#include <gtest/gtest.h>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

class McpInspector : public SharedWorld<McpInspector> {
 public:
  static WorldOptions Options() { return {{"--alerts", "50", "--hosts", "50"}}; }

 protected:
  static std::vector<std::string> Stdio() {
    return {FALCON_MCP_BRIDGE, "--gateway", world().address()};
  }
  static Json Told(const std::vector<std::string>& target, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json", "-q"});
    const Outcome outcome = Inspect(world(), target, arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    const Json json = Json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
    EXPECT_TRUE(json.is_object()) << outcome.out;
    return json.is_object() && json.contains("result") ? json.at("result") : json;
  }
  static int ExitCode(const std::vector<std::string>& arguments) {
    return Inspect(world(), Stdio(), arguments).status;
  }
};

TEST_F(McpInspector, ListsCallsReadsAndGetsOverStdio) {
  const Json tools = Told(Stdio(), {"--method", "tools/list"});
  EXPECT_GE(tools.value("tools", Json::array()).size(), 15U) << tools;
  const Json found = Told(Stdio(), {"--method", "tools/call", "--tool-name", "search_hosts",
                                    "--tool-args-json", R"({"limit": 2})"});
  EXPECT_EQ(found.value("structuredContent", Json::object()).value("returned", 0), 2) << found;
  const Json read = Told(Stdio(), {"--method", "resources/read", "--uri", "falcon://fql/hosts"});
  EXPECT_NE(read.dump().find("hostname"), std::string::npos) << read;
  const Json prompt = Told(Stdio(), {"--method", "prompts/get", "--prompt-name", "investigate_host",
                                     "--prompt-args", "host=SRV-PROD-001"});
  EXPECT_NE(prompt.dump().find("192.168.1.100"), std::string::npos) << prompt;
}

TEST_F(McpInspector, ListsAndCallsOverHttpInBothEras) {
  const HttpBridge bridge(world());
  for (const char* era : {"legacy", "modern"}) {
    const std::vector<std::string> target = {bridge.url(), "--transport", "http", "--protocol-era",
                                             era};
    const Json found = Told(target, {"--method", "tools/call", "--tool-name", "search_hosts",
                                     "--tool-args-json", R"({"limit": 2})"});
    EXPECT_EQ(found.value("structuredContent", Json::object()).value("returned", 0), 2) << found;
  }
  const Json resources =
      Told({bridge.url(), "--transport", "http"}, {"--method", "resources/list"});
  EXPECT_NE(resources.dump().find("falcon://status"), std::string::npos) << resources;
}

TEST_F(McpInspector, FailuresAreFailuresForItToo) {
  constexpr int kToolError = 5;
  constexpr int kProtocolError = 1;
  EXPECT_EQ(ExitCode({"--method", "tools/call", "--tool-name", "search_hosts", "--tool-args-json",
                      R"({"filter": "hostnam:'a'"})"}),
            kToolError);
  EXPECT_EQ(ExitCode({"--method", "prompts/get", "--prompt-name", "no_such_prompt"}),
            kProtocolError);
}

}  // namespace
}  // namespace falcon::e2e

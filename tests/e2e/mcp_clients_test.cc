// The bridge before clients that are not ours: plain HTTP, the MCP inspector and ajv over
// every tool's schemas.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"
#include "tests/support/paths.h"

namespace falcon::e2e {
namespace {

// One world for the suites of this file.
class McpClients : public SharedWorld<McpClients> {
 public:
  static WorldOptions Options() { return {{"--alerts", "50", "--hosts", "50"}}; }
};

class McpHttp : public McpClients {};

const Json kCall = {{"jsonrpc", "2.0"},
                    {"id", 1},
                    {"method", "tools/call"},
                    {"params", {{"name", "search_hosts"}, {"arguments", {{"limit", 1}}}}}};

// The structured content of an answer in the body.
Json FoundIn(const HttpReply& reply) {
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

TEST_F(McpHttp, TokenIsRequiredAndNeverRepeated) {
  const std::string file = world().folder() + "/token";
  std::ofstream(file) << "bridge-token\n";
  chmod(file.c_str(), 0600);
  const HttpBridge bridge(world(), {"--http-token-file", file});
  EXPECT_EQ(bridge.Post(kCall).status, 401);
  const HttpReply wrong = bridge.Post(kCall, {"Authorization: Bearer bridge-tokem"});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body.find("bridge-token"), std::string::npos);
  EXPECT_EQ(bridge.Post(kCall, {"Authorization: Bearer bridge-token"}).status, 200);
}

TEST_F(McpHttp, DoesNotStartOnAPublicAddressOrWithAnOpenTokenFile) {
  const auto start = [](std::vector<std::string> flags) {
    return RunToEnd(BridgeProgram(), flags);
  };
  EXPECT_EQ(start({"--http", "0.0.0.0:0"}).status, 2);
  const std::string open = world().folder() + "/open_token";
  std::ofstream(open) << "bridge-token\n";
  chmod(open.c_str(), 0644);
  const Outcome outcome = start({"--http", "127.0.0.1:0", "--http-token-file", open});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("chmod 600"), std::string::npos) << outcome.err;
}

class McpInspector : public McpClients {
 protected:
  static std::vector<std::string> Stdio() {
    return {BridgeProgram(), "--gateway", world().address()};
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

// The id of the first record that a search finds.
std::string FirstId(McpClient& client, const std::string& search, const std::string& id) {
  const Json found = client.Found(search, {{"limit", 1}});
  for (const auto& [name, records] : found.items()) {
    if (records.is_array() && !records.empty() && records[0].is_object() && records[0].contains(id))
      return records[0].at(id);
  }
  ADD_FAILURE() << search << " finds nothing with " << id;
  return "";
}

// Calls that together reach every tool.
std::vector<std::pair<std::string, Json>> Calls(McpClient& client,
                                                const std::map<std::string, Json>& tools) {
  std::vector<std::pair<std::string, Json>> calls = {
      {"aggregate_detections", {{"field", "severity_name"}}},
      {"get_host", {{"hostname", "SRV-PROD-001"}}},
      {"get_ioc_devices", {{"type", "ipv4"}, {"value", kStoryAddress}}},
      {"lookup_reputation", {{"value", {kStoryDomain, kStoryAddress}}}},
      {"check_access", Json::object()},
      {"summarize_records", {{"noun", "hosts"}}},
      {"search_detections", {{"hostname", "no-such-host"}}},
      {"search_hosts", {{"fields", {"hostname"}}, {"format", "text"}}},
  };
  for (const auto& [search, tool] : tools) {
    if (!search.starts_with("search_")) continue;
    calls.emplace_back(search, Json({{"limit", 3}}));
    calls.emplace_back(search, Json({{"limit", 3}, {"view", "full"}}));
    // The plural without its end: `get_vulnerability` of `search_vulnerabilities`.
    const auto get = std::find_if(tools.begin(), tools.end(), [&](const auto& other) {
      const std::string& name = other.first;
      return name.starts_with("get_") && name != "get_host" &&
             search.starts_with("search_" + name.substr(4, name.size() - 5));
    });
    if (get == tools.end()) continue;
    const std::string id = get->first == "get_detection" ? "composite_id" : "id";
    calls.emplace_back(get->first, Json({{id, FirstId(client, search, id)}}));
  }
  return calls;
}

TEST(McpSchemas, EveryToolTakesAndAnswersWhatItsSchemasSay) {
  World world({.simulator = {"--alerts", "200", "--hosts", "100"},
               .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}});
  McpClient client(world);
  std::map<std::string, Json> tools;
  const Json listed = client.Ask("tools/list");
  for (const Json& tool : listed.at("tools")) tools[tool.at("name")] = tool;
  std::map<std::string, Json> uncalled = tools;
  std::string lines;
  for (const auto& [name, arguments] : Calls(client, tools)) {
    ASSERT_TRUE(tools.contains(name)) << name;
    lines += Json({{"tool", name},
                   {"inputSchema", tools[name].at("inputSchema")},
                   {"outputSchema", tools[name].at("outputSchema")},
                   {"arguments", arguments},
                   {"structured", client.Found(name, arguments)}})
                 .dump() +
             "\n";
    uncalled.erase(name);
  }
  for (const auto& [name, tool] : uncalled) ADD_FAILURE() << name << " was not called";
  const Outcome checked = RunToEnd(
      ToolPath("node/bin/node"),
      {falcon::testing::SourcePath("tests/mcp/check_schemas.mjs"), ToolPath("")}, {}, lines);
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
}

}  // namespace
}  // namespace falcon::e2e

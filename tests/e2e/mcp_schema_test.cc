// Every tool's schemas are JSON Schema 2020-12, and what it takes and answers conforms to them, as
// ajv says, a validator that we did not write.
#include <gtest/gtest.h>

#include "tests/e2e/mcp_client.h"
#include "tests/e2e/story.h"

namespace falcon::e2e {
namespace {

// The ids of the story's records, found as an assistant would.
std::string FirstId(McpClient& client, const std::string& search, const std::string& records,
                    const std::string& id) {
  const Json found = client.Found(search, {{"limit", 1}}).value(records, Json::array());
  EXPECT_FALSE(found.empty()) << search;
  return found.empty() ? std::string() : found[0].value(id, "");
}

// Calls that together reach every tool.
std::vector<std::pair<std::string, Json>> Calls(McpClient& client) {
  const Json brief = {{"limit", 3}};
  const Json full = {{"limit", 3}, {"view", "full"}};
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
  for (const auto& [search, get, records] :
       std::vector<std::tuple<const char*, const char*, const char*>>{
           {"search_detections", "get_detection", "detections"},
           {"search_hosts", "get_host", "hosts"},
           {"search_iocs", "get_ioc", "iocs"},
           {"search_intel_indicators", "", "intel_indicators"},
           {"search_vulnerabilities", "get_vulnerability", "vulnerabilities"},
           {"search_incidents", "get_incident", "incidents"},
           {"search_rtr_sessions", "get_rtr_session", "rtr_sessions"},
           {"search_discovered_hosts", "get_discovered_host", "hosts"},
           {"search_discovered_applications", "", "applications"}}) {
    calls.emplace_back(search, brief);
    calls.emplace_back(search, full);
    const std::string tool = get;
    if (tool.empty() || tool == "get_host") continue;
    const std::string id = tool == "get_detection" ? "composite_id" : "id";
    calls.emplace_back(tool, Json({{id, FirstId(client, search, records, id)}}));
  }
  return calls;
}

TEST(McpSchemas, EveryToolTakesAndAnswersWhatItsSchemasSay) {
  World world({.simulator = {"--alerts", "200", "--hosts", "100"},
               .gateway = {},
               .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}});
  McpClient client(world);
  std::map<std::string, Json> tools;
  const Json listed = client.Ask("tools/list");
  for (const Json& tool : listed.at("tools")) tools[tool.at("name")] = tool;
  std::map<std::string, Json> uncalled = tools;
  std::string lines;
  for (const auto& [name, arguments] : Calls(client)) {
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
      FALCON_NODE, {FALCON_MCP_SCRIPTS "/check_schemas.mjs", FALCON_NODE_MODULES}, {}, lines);
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
}

}  // namespace
}  // namespace falcon::e2e

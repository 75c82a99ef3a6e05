// Prompts and completions over a scripted gateway, and what their messages hold.
#ifndef FALCON_TESTS_UNIT_MCP_PROMPTS_PROMPT_BENCH_H_
#define FALCON_TESTS_UNIT_MCP_PROMPTS_PROMPT_BENCH_H_

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/prompts/dossier.h"
#include "mcp/prompts/prompts.h"
#include "tests/unit/mcp/resources/resource_bench.h"
#include "text.h"

namespace falcon::mcp {

inline constexpr const char* kServer1 = "310859af8cf8d0076c8523bd5bd1e995";
inline constexpr const char* kServer2 = "10f35e560d26fee98e67d1d0c5e69024";
inline constexpr const char* kIncidentId = "35d95f67-3e08-7fb6-0e02-23025bd1e995";
inline constexpr const char* kBeacon = "a31119245c779396ec12da6999ee5093:ind:310859af:37-10391-58";
inline constexpr const char* kMasquerade = "a31119245c779396ec12da6999ee5093:ind:310859af:90-1-33";

using Arguments = std::map<std::string, std::string>;

struct PromptBench : ResourceBench {
  absl::StatusOr<PromptResult> Get(std::string_view name, const Arguments& arguments,
                                   const CallContext& context = {}) const {
    for (const Prompt& prompt : MakePrompts(bridge)) {
      if (prompt.name == name) return prompt.get(arguments, context);
    }
    throw std::runtime_error("no such prompt: " + std::string(name));
  }

  PromptResult Good(std::string_view name, const Arguments& arguments) const {
    auto result = Get(name, arguments);
    if (!result.ok()) throw std::runtime_error(std::string(result.status().message()));
    return *std::move(result);
  }

  // A case with two detections on one of its two hosts.
  void TellStory() {
    gateway.Answers("GetIncident",
                    StrCat(R"({"incident":{"id":")", kIncidentId,
                           R"(","name":"Intrusion","severity_score":95,
        "analysis_results":{"hosts":{"records":[{"aid":")",
                           kServer1, R"("},{"aid":")", kServer2, R"("}]}},
        "evidence":{"alerts":{"records":[{"id":"e1","selector":{"id":")",
                           kBeacon, R"("}},{"selector":{"id":")", kMasquerade, R"("}}]}}}})"));
    const std::string beacon =
        StrCat(R"({"composite_id":")", kBeacon, R"(","device":{"device_id":")", kServer1,
               R"("},"local_process_id":"1234","filename":"rundll32.exe",
        "network_accesses":[{"remote_address":"203.0.113.42"},{"remote_address":"192.168.1.100"}],
        "linked_case_ids":[")",
               kIncidentId, R"("]})");
    gateway.Answers("GetDetection", StrCat(R"({"detection":)", beacon, "}"));
    gateway.Answers("BatchGetDetections",
                    StrCat(R"({"detections":[)", beacon, R"(,{"composite_id":")", kMasquerade,
                           R"(","ioc_type":"domain","ioc_value":"malicious-domain.com"}]})"));
    gateway.Answers("GetHost", StrCat(R"({"host":{"device_id":")", kServer1,
                                      R"(","hostname":"SRV-PROD-001"}})"));
    gateway.Answers("BatchGetHosts", StrCat(R"({"hosts":[{"device_id":")", kServer1,
                                            R"("},{"device_id":")", kServer2, R"("}]})"));
    gateway.Answers("ListIncidents", StrCat(R"({"incidents":[{"id":")", kIncidentId,
                                            R"(","severity_score":95}],"total_size":93})"));
    AnswerNothing({"ListDetections", "ListHosts", "ListRtrSessions", "ListVulnerabilities",
                   "ListIocs", "ListIntelIndicators", "BatchGetLoginHistory", "BatchGetOnlineState",
                   "ListDiscoveredApplications", "BatchGetIncidents", "AggregateDetections",
                   "AggregateHosts", "ListDiscoveredHosts", "ListRtrAuditSessions"});
  }

  void AnswerNothing(const std::vector<std::string>& methods) {
    for (const std::string& method : methods) gateway.Answers(method, "{}");
  }
};

// All text that is not inside an embedded resource.
inline std::string Words(const PromptResult& result) {
  std::string words;
  for (const PromptMessage& message : result.messages) {
    EXPECT_EQ(message.role, "user");
    if (message.content.kind == Content::Kind::kText) words.append(message.content.text + "\n");
  }
  return words;
}

// The embedded resources by their URIs.
inline std::map<std::string, Json> Embedded(const PromptResult& result) {
  std::map<std::string, Json> resources;
  for (const PromptMessage& message : result.messages) {
    if (message.content.kind != Content::Kind::kResource) continue;
    const ResourceContents& resource = message.content.resource;
    EXPECT_EQ(resource.mime_type, "application/json");
    EXPECT_TRUE(resources.emplace(resource.uri, ReadJson(resource.text)).second) << resource.uri;
  }
  return resources;
}

inline size_t BytesOf(const PromptResult& result) {
  size_t bytes = 0;
  for (const PromptMessage& message : result.messages) {
    bytes += message.content.text.size() + message.content.resource.uri.size() +
             message.content.resource.text.size();
  }
  return bytes;
}

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_PROMPTS_PROMPT_BENCH_H_

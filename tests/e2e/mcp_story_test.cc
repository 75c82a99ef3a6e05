// The simulator's intrusion as the bridge's prompts and resources tell it: every fact of the sample
// report, each in a record with its id.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"

namespace falcon::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPlan = "incident_response_plan";

// The incident that a plan embeds, in PartsOf.
constexpr const char* kIncident = "falcon://incidents";

// The resources that a prompt embeds: its own by their names, records by their kinds of URI.
std::map<std::string, Json> PartsOf(const Json& prompt) {
  std::map<std::string, Json> parts;
  for (const Json& message : prompt.at("messages")) {
    const Json& content = message.at("content");
    if (content.at("type") != "resource") continue;
    const std::string uri = content.at("resource").at("uri");
    const std::string text = content.at("resource").at("text");
    const size_t slash = uri.rfind('/');
    const bool own = uri.starts_with("falcon://prompts/");
    parts[own ? uri.substr(slash + 1) : uri.substr(0, slash)] = Json::parse(text, nullptr, false);
  }
  return parts;
}

std::string WordsOf(const Json& prompt) {
  std::string words;
  for (const Json& message : prompt.at("messages")) {
    words += message.at("content").value("text", "") + "\n";
  }
  return words;
}

size_t BytesOf(const Json& prompt) {
  size_t bytes = 0;
  for (const Json& message : prompt.at("messages")) bytes += message.at("content").dump().size();
  return bytes;
}

// A record of the list for which `fits`; null: there is none.
Json FindIn(const Json& list, const std::function<bool(const Json&)>& fits) {
  for (const Json& record : list) {
    if (fits(record)) return record;
  }
  return nullptr;
}

Json Named(const Json& hosts, const std::string& hostname) {
  return FindIn(hosts, [&](const Json& host) { return host.value("hostname", "") == hostname; });
}

// The detection of that name, with a text of its own somewhere inside.
Json Detection(const Json& detections, const std::string& name, const std::string& text) {
  return FindIn(detections, [&](const Json& record) {
    return record.value("display_name", "") == name &&
           record.dump().find(text) != std::string::npos;
  });
}

class McpStory : public SharedWorld<McpStory> {
 public:
  static WorldOptions Options() { return {.simulator = {"--alerts", "500", "--hosts", "200"}}; }
  static void TearDownTestSuite() {
    Client().reset();
    SharedWorld::TearDownTestSuite();
  }

 protected:
  static McpClient& client() {
    if (Client() == nullptr) Client() = std::make_unique<McpClient>(world());
    return *Client();
  }
  static Json Prompt(const std::string& name, const Json& arguments) {
    return client().Ask("prompts/get", {{"name", name}, {"arguments", arguments}});
  }
  static Json Resource(const std::string& uri) {
    const Json contents = client().Ask("resources/read", {{"uri", uri}}).at("contents");
    return Json::parse(contents.at(0).at("text").get<std::string>(), nullptr, false);
  }

 private:
  static std::unique_ptr<McpClient>& Client() {
    static std::unique_ptr<McpClient> client;
    return client;
  }
};

void ExpectHost(const Json& hosts, const char* hostname, const char* address) {
  const Json host = Named(hosts, hostname);
  ASSERT_FALSE(host.is_null()) << hostname << hosts;
  EXPECT_EQ(host.value("local_ip", ""), address);
  EXPECT_EQ(host.value("device_id", "").size(), 32U);
  EXPECT_EQ(host.value("status", ""), "normal");
}

void ExpectDetection(const Json& detections, const char* name, const std::string& text) {
  const Json detection = Detection(detections, name, text);
  ASSERT_FALSE(detection.is_null()) << name << " with " << text;
  EXPECT_THAT(detection.value("composite_id", ""), HasSubstr(":ind:"));
}

void ExpectWholeStory(const Json& prompt) {
  const auto parts = PartsOf(prompt);
  for (const char* part : {kIncident, "detections", "hosts", "domain-controllers", "iocs"}) {
    ASSERT_TRUE(parts.contains(part)) << part << WordsOf(prompt);
  }
  const Json& incident = parts.at(kIncident).at("incident");
  EXPECT_EQ(incident.value("name", ""), "Intrusion on SRV-PROD-001");
  EXPECT_FALSE(incident.value("id", "").empty());

  const Json& hosts = parts.at("hosts").at("hosts");
  ExpectHost(hosts, "SRV-PROD-001", "192.168.1.100");
  ExpectHost(hosts, "SRV-PROD-002", "192.168.1.101");
  const Json& controllers = parts.at("domain-controllers").at("hosts");
  ExpectHost(controllers, "DC-01", "192.168.1.10");
  ExpectHost(controllers, "DC-02", "192.168.1.11");

  const Json& detections = parts.at("detections").at("detections");
  EXPECT_EQ(detections.size(), 15U);
  ExpectDetection(detections, "CommandAndControlBeacon", kStoryAddress);
  ExpectDetection(detections, "MasqueradingSvchost", kStoryHash);
  const Json masquerade = Detection(detections, "MasqueradingSvchost", "SRV-PROD-001");
  EXPECT_THAT(masquerade.value("cmdline", ""), HasSubstr(R"(C:\Windows\Temp\svchost.exe)"));
  EXPECT_EQ(masquerade.value("ioc_value", ""), kStoryHash);
  const Json rundll = Detection(detections, "RundllSuspiciousExport", "SRV-PROD-001");
  EXPECT_EQ(rundll.value("filename", ""), "rundll32.exe");
  EXPECT_EQ(rundll.value("local_process_id", ""), "1234");
  ExpectDetection(detections, "RunKeyPersistence", R"(\\CurrentVersion\\Run\\UpdateService)");
  ExpectDetection(detections, "SuspiciousPowerShell", kStoryDomain);
  ExpectDetection(detections, "RemoteServiceExecution", "SRV-PROD-002");
  ExpectDetection(detections, "NtdsFileAccessedViaVss", "DC-01");
  ExpectDetection(detections, "RemoteServiceQuery", "DC-02");

  const Json& iocs = parts.at("iocs").at("iocs");
  for (const char* value : {kStoryHash, kStoryDomain, kStoryAddress}) {
    const Json ioc =
        FindIn(iocs, [&](const Json& record) { return record.value("value", "") == value; });
    EXPECT_FALSE(ioc.value("id", "").empty()) << value;
  }
  EXPECT_LE(BytesOf(prompt), 2 * 48U * 1024) << "escaped once more";
}

TEST_F(McpStory, ThePlanHoldsEveryFactWithItsId) {
  const Json prompt = Prompt(kPlan, {{"host", "SRV-PROD-001"}});
  ExpectWholeStory(prompt);
  const std::string words = WordsOf(prompt);
  EXPECT_THAT(words, HasSubstr("Host asked about: SRV-PROD-001."));
  EXPECT_THAT(words, Not(HasSubstr("not looked up: ")));
  const auto parts = PartsOf(prompt);
  EXPECT_EQ(parts.at("rtr-sessions").at("rtr_sessions").at(0).value("hostname", ""),
            "SRV-PROD-001");
  EXPECT_GT(parts.at("vulnerabilities").at("vulnerabilities").size(), 0U);
  EXPECT_GT(parts.at("intelligence").at("intel_indicators").size(), 0U);
}

TEST_F(McpStory, TheIncidentIsFoundByIdNumberAndDetection) {
  const auto parts = PartsOf(Prompt(kPlan, {{"host", "SRV-PROD-001"}}));
  const Json& incident = parts.at(kIncident).at("incident");
  ExpectWholeStory(Prompt(kPlan, {{"incident", incident.at("id")}}));
  ExpectWholeStory(Prompt(kPlan, {{"incident", incident.at("reference_id")}}));
  const Json beacon =
      Detection(parts.at("detections").at("detections"), "CommandAndControlBeacon", "");
  ExpectWholeStory(Prompt(kPlan, {{"detection", beacon.at("composite_id")}}));
}

TEST_F(McpStory, WithoutArgumentsAGraveOpenIncidentIsChosenAndTheReasonSaid) {
  const Json prompt = Prompt(kPlan, Json::object());
  const Json incident = PartsOf(prompt).at(kIncident).at("incident");
  const int severity = incident.value("severity_score", 0);
  // The story's own is 95.
  EXPECT_GE(severity, 95);
  EXPECT_NE(incident.value("status", ""), "closed");
  EXPECT_THAT(WordsOf(prompt),
              HasSubstr("open incidents the gravest (severity " + std::to_string(severity) + ")"));
}

TEST_F(McpStory, EveryPromptGathersAllItsParts) {
  const auto parts = PartsOf(Prompt(kPlan, {{"host", "SRV-PROD-001"}}));
  const Json beacon =
      Detection(parts.at("detections").at("detections"), "CommandAndControlBeacon", "");
  const Json listed = client().Ask("prompts/list").at("prompts");
  EXPECT_EQ(listed.size(), 7U);
  for (const Json& prompt : listed) {
    Json arguments = Json::object();
    for (const Json& argument : prompt.at("arguments")) {
      if (argument.at("name") == "host") arguments["host"] = "srv-prod-001";
      if (argument.at("name") == "detection") arguments["detection"] = beacon.at("composite_id");
    }
    const Json got = Prompt(prompt.at("name"), arguments);
    EXPECT_THAT(WordsOf(got), Not(HasSubstr("not looked up: "))) << prompt.at("name");
    EXPECT_GE(PartsOf(got).size(), 4U) << prompt.at("name");
  }
}

TEST_F(McpStory, RecordsAreReadByTheirUris) {
  const auto parts = PartsOf(Prompt(kPlan, {{"host", "SRV-PROD-001"}}));
  const std::string incident = parts.at(kIncident).at("incident").at("id");
  EXPECT_EQ(Resource("falcon://incidents/" + incident).at("incident").at("id"), incident);
  const Json host = Named(parts.at("hosts").at("hosts"), "SRV-PROD-002");
  const std::string device_id = host.at("device_id");
  EXPECT_EQ(Resource("falcon://hosts/" + device_id).at("host").at("local_ip"), "192.168.1.101");
  const Json beacon =
      Detection(parts.at("detections").at("detections"), "CommandAndControlBeacon", "");
  const std::string detection = beacon.at("composite_id");
  EXPECT_EQ(Resource("falcon://detections/" + detection).at("detection").at("ioc_value"),
            kStoryAddress);
  EXPECT_EQ(Resource("falcon://status").at("answers"), true);

  const Json answer = client().Await(client().Send(
      "resources/read", {{"uri", "falcon://incidents/00000000-0000-0000-0000-000000000000"}}));
  EXPECT_EQ(answer.at("error").at("code"), -32002);
}

TEST_F(McpStory, ArgumentsAreCompleted) {
  const auto complete = [](const char* argument, const char* typed) {
    return client()
        .Ask("completion/complete", {{"ref", {{"type", "ref/prompt"}, {"name", kPlan}}},
                                     {"argument", {{"name", argument}, {"value", typed}}}})
        .at("completion")
        .at("values");
  };
  EXPECT_EQ(complete("host", "srv-prod"), Json({"SRV-PROD-001", "SRV-PROD-002"}));
  EXPECT_EQ(complete("days", ""), Json({"7", "30", "90"}));
  const Json incidents = complete("incident", "");
  EXPECT_GT(incidents.size(), 0U);
  EXPECT_LE(incidents.size(), 100U);
  EXPECT_GT(complete("detection", "").size(), 0U);
}

TEST_F(McpStory, WrongArgumentsAreTheClientsErrors) {
  const auto refusal = [](const Json& arguments) {
    return client().Await(
        client().Send("prompts/get", {{"name", kPlan}, {"arguments", arguments}}));
  };
  for (const Json& arguments :
       {Json{{"host", "NO-SUCH-HOST"}}, Json{{"host", "SRV-*"}}, Json{{"incident", "SIM-99999"}},
        Json{{"detection", "a:b:c"}}, Json{{"days", "0"}}}) {
    EXPECT_EQ(refusal(arguments).at("error").at("code"), -32602) << arguments;
  }
}

}  // namespace
}  // namespace falcon::e2e

// What an assistant asks through the bridge: the usual questions in one call each, pages without
// gaps, and small answers.
#include <gtest/gtest.h>

#include <set>

#include "tests/e2e/calls.h"
#include "tests/e2e/mcp_client.h"

namespace falcon::e2e {
namespace {

class McpQuestions : public SharedWorld<McpQuestions> {
 public:
  static WorldOptions Options() {
    return {.simulator = {"--alerts", "500", "--hosts", "200"},
            .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}};
  }
  static void TearDownTestSuite() {
    Client().reset();
    SharedWorld::TearDownTestSuite();
  }

 protected:
  static McpClient& client() {
    if (Client() == nullptr) Client() = std::make_unique<McpClient>(world());
    return *Client();
  }

 private:
  static std::unique_ptr<McpClient>& Client() {
    static std::unique_ptr<McpClient> client;
    return client;
  }
};

struct Question {
  const char* tool;
  Json arguments;
  const char* records;
};

TEST_F(McpQuestions, SevenUsualQuestionsAreOneCallEach) {
  const std::vector<Question> questions = {
      {"search_detections",
       {{"days", 7},
        {"severity", "critical"},
        {"status", "new"},
        {"hostname", "SRV-PROD-001"},
        {"technique", "T1003.001"},
        {"limit", 20}},
       "detections"},
      {"search_iocs",
       {{"days", 30}, {"type", "sha256"}, {"severity", "high"}, {"limit", 20}},
       "iocs"},
      {"search_vulnerabilities",
       {{"days", 60},
        {"severity", "critical"},
        {"status", "open"},
        {"hostname", "SRV-PROD-001"},
        {"limit", 20}},
       "vulnerabilities"},
      {"search_incidents",
       {{"days", 30}, {"status", "new"}, {"severity", "critical"}, {"limit", 5}},
       "incidents"},
      {"search_rtr_sessions", {{"days", 7}, {"status", "active"}, {"limit", 20}}, "rtr_sessions"},
      {"search_discovered_hosts", {{"days", 30}, {"status", "unmanaged"}, {"limit", 20}}, "hosts"},
  };
  for (const Question& question : questions) {
    const Json found = client().Found(question.tool, question.arguments);
    ASSERT_TRUE(found.contains(question.records)) << question.tool << found;
    EXPECT_EQ(found.at(question.records).size(), found.at("returned"));
    EXPECT_GT(found.at("returned"), 0) << question.tool;
  }
  const Json host = client().Found("get_host", {{"hostname", "SRV-PROD-001"}}).at("host");
  EXPECT_EQ(host.at("local_ip"), "192.168.1.100");
  const std::string id = host.at("device_id");
  EXPECT_EQ(client().Found("get_host", {{"host_id", id}}).at("host").at("hostname"),
            "SRV-PROD-001");
}

TEST_F(McpQuestions, NoMatchIsSaidInWordsAndIsNoError) {
  const Json result = client().Tool("search_detections", {{"hostname", "no-such-host"}});
  EXPECT_FALSE(result.value("isError", false));
  EXPECT_EQ(result.at("structuredContent").at("returned"), 0);
  EXPECT_NE(TextOf(result).find("no detection"), std::string::npos) << TextOf(result);
}

// Ids by cursors, in pages of 40; each page within the budget.
std::vector<std::string> AllIds(McpClient& client, const std::string& tool, const Json& narrowed,
                                const std::string& records, const std::string& id, size_t budget) {
  std::vector<std::string> ids;
  Json arguments = narrowed;
  arguments["limit"] = 40;
  for (;;) {
    const Json page = client.Found(tool, arguments);
    if (!page.contains(records)) return ids;
    EXPECT_LE(page.dump().size(), budget);
    for (const Json& record : page.at(records)) ids.push_back(record.at(id));
    if (page.at("next_cursor").is_null()) return ids;
    EXPECT_GT(page.at("returned"), 0) << "a page that leads on brings something";
    if (page.at("returned") == 0) return ids;
    arguments["cursor"] = page.at("next_cursor");
  }
}

void ExpectAllOnce(const std::vector<std::string>& ids, size_t count) {
  EXPECT_EQ(ids.size(), count);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), count);
}

TEST_F(McpQuestions, CursorsLeadThroughEverythingOnce) {
  const Json state = world().Control("GET", "/__simulator/state");
  ExpectAllOnce(
      AllIds(client(), "search_detections", Json::object(), "detections", "composite_id", 24576),
      state.at("alerts"));
  ExpectAllOnce(AllIds(client(), "search_hosts", Json::object(), "hosts", "device_id", 24576),
                state.at("hosts"));
}

TEST_F(McpQuestions, CursorsLoseNothingWhereTheBudgetCutsPages) {
  McpClient small(world(), {"--result-bytes", "4096"});
  const Json state = world().Control("GET", "/__simulator/state");
  ExpectAllOnce(
      AllIds(small, "search_detections", Json::object(), "detections", "composite_id", 4096),
      state.at("alerts"));
  const Json page = small.Found("search_detections", {{"limit", 40}});
  EXPECT_EQ(page.at("truncated"), true);
  EXPECT_LT(page.at("returned"), 40);
}

// Bytes of a record on average: of the structured content and of its twin, without the cursor, and
// of the cards.
void ExpectSmall(McpClient& client, const std::string& tool, double most) {
  const Json json = client.Tool(tool, {{"limit", 50}});
  const Json cards = client.Tool(tool, {{"limit", 50}, {"format", "text"}});
  const auto average = [](size_t bytes, const Json& result) {
    const double records = result.at("structuredContent").at("returned");
    EXPECT_GT(records, 10);
    return static_cast<double>(bytes) / records;
  };
  const auto bytes = [](const Json& result) {
    return result.at("content").at(1).at("text").get<std::string>().size();
  };
  const size_t cursor = json.at("structuredContent").at("next_cursor").dump().size();
  EXPECT_LE(average(json.at("structuredContent").dump().size() - cursor, json), most) << tool;
  EXPECT_LE(average(bytes(json) - cursor, json), most) << tool;
  EXPECT_LE(average(bytes(cards), cards), most) << tool << cards;
}

TEST_F(McpQuestions, TheUsualViewIsSmallInEachForm) {
  ExpectSmall(client(), "search_hosts", 240);
  ExpectSmall(client(), "search_detections", 400);
}

TEST_F(McpQuestions, TheTwinIsTheStructuredContent) {
  const Json result = client().Tool("search_hosts", {{"limit", 5}});
  EXPECT_EQ(Json::parse(result.at("content").at(1).at("text").get<std::string>()),
            result.at("structuredContent"));
}

TEST_F(McpQuestions, TheWholeListOfToolsIsSmall) {
  McpClient fresh(world());
  fresh.Ask("tools/list");
  EXPECT_LE(fresh.lines().back().size(), 24576U);
}

}  // namespace
}  // namespace falcon::e2e

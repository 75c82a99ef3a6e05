// Parts of prompts: questions asked together, values of their answers, and what of it is shown.
#include "mcp/prompts/question.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "mcp/prompts/indicator.h"
#include "mcp/prompts/shown_part.h"
#include "mcp/prompts/values_at.h"
#include "mcp/protocol/workers.h"
#include "tests/unit/client/test_catalog.h"
#include "tests/unit/mcp/resources/resource_bench.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Texts = std::vector<std::string>;

struct Question : ::testing::Test {
  ResourceBench bench;
};

TEST_F(Question, PutsTextsWordsMasksNumbersAndListsIntoTheRequest) {
  bench.gateway.Answers("ListVulnerabilities", "{}");
  const CallContext context;
  const Inquiry inquiry(bench.bridge, context);
  const std::vector<Reply> replies = inquiry.Ask({{"vulnerabilities",
                                                   "list",
                                                   {{"hostname", std::string("A")},
                                                    {"severities", Texts{"high", "critical"}},
                                                    {"days", 7},
                                                    {"cisa_kev", true},
                                                    {"read_mask", std::string("id,cve.severity")},
                                                    {"device_ids", Texts{"d1", "d2"}}}}});
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_FALSE(replies[0].answer.failure);
  EXPECT_EQ(replies[0].method->verb, "list");
  EXPECT_THAT(
      bench.gateway.Asked(),
      ElementsAre("ListVulnerabilities filter { days: 7 severities: CVE_SEVERITY_HIGH severities: "
                  "CVE_SEVERITY_CRITICAL hostname: \"A\" device_ids: \"d1\" device_ids: \"d2\" "
                  "cisa_kev: true } read_mask { paths: \"id\" paths: \"cve.severity\" } "));
}

TEST_F(Question, WhatTheProtosDoNotKnowFailsWithoutACall) {
  const CallContext context;
  const Inquiry inquiry(bench.bridge, context);
  const std::vector<Reply> replies =
      inquiry.Ask({{"no-noun", "list", {}},
                   {"hosts", "list", {{"no_field", 1}}},
                   {"hosts", "list", {{"statuses", Texts{"no_word"}}}},
                   {"hosts", "list", {{"hostname", 7}}},
                   {"hosts", "list", {{"hostname", true}}},
                   {"hosts", "list", {{"hostname", Texts{"a"}}}}});
  for (const Reply& reply : replies) EXPECT_TRUE(reply.answer.failure);
  EXPECT_THAT(bench.gateway.Asked(), ElementsAre());
}

TEST_F(Question, SeveralAreAskedAtOnceAndAnsweredInOrder) {
  Workers workers(3, 16);
  bench.bridge.workers = &workers;
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  // Each waits for the others.
  const auto wait = [&](const auto&, google::protobuf::Message&) {
    std::unique_lock lock(mutex);
    if (++here == 3) all_here.notify_all();
    all_here.wait(lock, [&] { return here == 3; });
    return std::optional<client::Failure>();
  };
  for (const char* method : {"ListHosts", "ListIocs", "ListIncidents"}) {
    bench.gateway.On(method, wait);
  }
  const CallContext context;
  const std::vector<Reply> replies =
      Inquiry(bench.bridge, context)
          .Ask({{"hosts", "list", {}}, {"iocs", "list", {}}, {"incidents", "list", {}}});
  EXPECT_EQ(replies[0].method->noun, "hosts");
  EXPECT_EQ(replies[1].method->noun, "iocs");
  EXPECT_EQ(replies[2].method->noun, "incidents");
}

TEST_F(Question, RoundsShareOneTimeout) {
  absl::Time now = absl::FromUnixSeconds(1'780'000'000);
  bench.bridge.now = [&] { return now; };
  bench.gateway.Answers("ListHosts", "{}");
  const CallContext context;
  const Inquiry inquiry(bench.bridge, context);
  EXPECT_FALSE(inquiry.Ask({{"hosts", "list", {}}})[0].answer.failure);
  now += absl::Seconds(30);
  const auto late = inquiry.Ask({{"hosts", "list", {}}});
  ASSERT_TRUE(late[0].answer.failure);
  EXPECT_EQ(late[0].answer.failure->code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(bench.gateway.Asked().size(), 1U);
}

TEST_F(Question, IsNotAskedOnceTheClientStopped) {
  std::stop_source stop;
  stop.request_stop();
  const CallContext context{stop.get_token(), nullptr};
  const auto replies = Inquiry(bench.bridge, context).Ask({{"hosts", "list", {}}});
  ASSERT_TRUE(replies[0].answer.failure);
  EXPECT_EQ(replies[0].answer.failure->code, grpc::StatusCode::CANCELLED);
  EXPECT_THAT(bench.gateway.Asked(), ElementsAre());
}

class ValuesAt : public ::testing::Test {
 protected:
  std::unique_ptr<google::protobuf::Message> Of(const char* noun, const char* verb,
                                                const std::string& text) {
    return client::FromText(
        *catalog_, *client::MethodOf(*catalog_, noun, verb).descriptor->output_type(), text);
  }
  const client::Catalog* const catalog_ = client::RealCatalog();
};

TEST_F(ValuesAt, LeadThroughMessagesAndLists) {
  const auto answer = Of("detections", "list", R"(
      detections { composite_id: "a" severity: SEVERITY_HIGH
                   timestamp { seconds: 1780000000 }
                   network_accesses { remote_address: "203.0.113.42" }
                   network_accesses { remote_address: "" } }
      detections { composite_id: "b" device { hostname: "H" } tags: "t1" tags: "t2" })");
  EXPECT_THAT(TextsAt(*answer, "detections.composite_id"), ElementsAre("a", "b"));
  EXPECT_THAT(TextsAt(*answer, "detections.network_accesses.remote_address"),
              ElementsAre("203.0.113.42"));
  EXPECT_THAT(TextsAt(*answer, "detections.severity"), ElementsAre("high"));
  EXPECT_THAT(TextsAt(*answer, "detections.timestamp"), ElementsAre("2026-05-28T20:26:40Z"));
  EXPECT_THAT(TextsAt(*answer, "detections.tags"), ElementsAre("t1", "t2"));
  EXPECT_EQ(TextAt(*answer, "detections.device.hostname"), "H");
  EXPECT_THAT(TextsAt(*answer, "detections.no_such.field"), IsEmpty());
  EXPECT_THAT(TextsAt(*answer, "detections.composite_id.deeper"), IsEmpty());
  EXPECT_EQ(MessagesAt(*answer, "detections").size(), 2U);
}

TEST_F(ValuesAt, AreClearedByPath) {
  const auto answer = Of("incidents", "get", R"(
      incident { id: "i" evidence { alerts { records { id: "e" } } users { } } })");
  ClearAt(*answer, "incident.evidence.alerts");
  EXPECT_THAT(TextsAt(*answer, "incident.evidence.alerts.records.id"), IsEmpty());
  EXPECT_EQ(TextAt(*answer, "incident.id"), "i");
  ClearAt(*answer, "incident.sla.name");
  ClearAt(*answer, "nothing");
}

TEST_F(ValuesAt, RecordsAreDroppedByTheirIds) {
  const auto answer = Of("detections", "list", R"(
      detections { composite_id: "a" } detections { composite_id: "b" }
      detections { composite_id: "c" } total_size: 30)");
  DropFrom(*answer, "detections", "composite_id", {"b", "x"});
  EXPECT_THAT(TextsAt(*answer, "detections.composite_id"), ElementsAre("a", "c"));
  EXPECT_EQ(TextAt(*answer, "total_size"), "29");
  DropFrom(*answer, "no_list", "composite_id", {"a"});
}

TEST_F(ValuesAt, NewOnesAreAddedOnceUpToTheMost) {
  std::vector<std::string> all = {"a"};
  AddNew(all, {"a", "b", "b", "c", "d"}, 3);
  EXPECT_THAT(all, ElementsAre("a", "b", "c"));
}

TEST(Indicator, IsAHashADomainOrAPublicAddress) {
  for (const char* text : {"203.0.113.42", "2001:db8::1", "malicious-domain.com", "a.b.example",
                           "9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a",
                           "fb35e769d72674ef7ef8081402c6af26"}) {
    EXPECT_TRUE(IsIndicator(text)) << text;
  }
  for (const char* text :
       {"", "192.168.1.100", "10.0.0.1", "172.16.9.9", "127.0.0.1", "169.254.1.1", "100.64.0.1",
        "224.0.0.1", "0.0.0.0", "::1", "fe80::1", "svchost.exe", "localhost", "a b.com", "x'.com",
        "C:\\Windows\\Temp", "0000000000000000000000000000000000000000", ".com", "1.2.3"}) {
    EXPECT_FALSE(IsIndicator(text)) << text;
  }
  EXPECT_FALSE(IsIndicator(std::string("203.0.113.42\0' or", 17)));
  EXPECT_FALSE(IsIndicator(std::string(300, 'a') + ".com"));
}

class ShownParts : public ::testing::Test {
 protected:
  ShownPart Of(const char* noun, const char* verb, const std::string& text) {
    const client::Method& method = client::MethodOf(*bench_.catalog, noun, verb);
    return {method, client::FromText(*bench_.catalog, *method.descriptor->output_type(), text), {}};
  }
  ResourceBench bench_;
};

TEST_F(ShownParts, ListsSayHowManyOfHowMany) {
  ShownPart part = Of("hosts", "list", R"(hosts { device_id: "a" } hosts { device_id: "b" }
                                          total_size: 1416)");
  EXPECT_FALSE(part.empty());
  part.ShowWithin(10'000);
  EXPECT_EQ(part.json(), R"({"hosts":[{"device_id":"a"},{"device_id":"b"}],"returned":2,)"
                         R"("total":1416,"truncated":false})");
  EXPECT_EQ(part.Line("falcon://x"), "2 of 1,416 in falcon://x.");
}

TEST_F(ShownParts, AnUnknownTotalIsNullAndNotMadeUp) {
  ShownPart part = Of("hosts", "list", R"(hosts { device_id: "a" } next_page_token: "t")");
  part.ShowWithin(10'000);
  EXPECT_THAT(part.json(), HasSubstr(R"("total":null)"));
  EXPECT_EQ(part.Line("falcon://x"), "1 of more in falcon://x.");
}

TEST_F(ShownParts, WhatDoesNotFitIsLeftOutWholeAndSaid) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "hosts { device_id: \"" + std::string(100, 'd') + "\" } ";
  ShownPart part = Of("hosts", "batch-get", text);
  part.ShowWithin(2'000);
  EXPECT_LE(part.json().size(), 2'000U);
  const Json json = ReadJson(part.json());
  EXPECT_EQ(json["truncated"], true);
  EXPECT_EQ(json["hosts"].size(), json["returned"]);
  EXPECT_THAT(part.Line("u"), HasSubstr(" of 50 in u. Cut to fit."));
}

TEST_F(ShownParts, MissingOnesAndPartialAnswersAreNoEmptiness) {
  EXPECT_TRUE(Of("hosts", "list", "").empty());
  ShownPart missing = Of("hosts", "batch-get", R"(missing { code: 404 id: "d" })");
  EXPECT_FALSE(missing.empty());
  missing.ShowWithin(4'000);
  EXPECT_THAT(missing.json(), HasSubstr(R"("missing":[{"code":404,"id":"d"}])"));
  EXPECT_THAT(missing.Line("u"), HasSubstr("Not answered for: 1, see `missing`."));
  ShownPart partial =
      Of("hosts", "list", R"(read_info { partial: true errors { code: 500 message: "x" } })");
  EXPECT_FALSE(partial.empty());
  partial.ShowWithin(4'000);
  EXPECT_THAT(partial.json(), HasSubstr(R"("partial":true,"errors":[)"));
  EXPECT_THAT(partial.Line("u"), HasSubstr("did not answer for all"));
}

TEST_F(ShownParts, OneRecordIsAnObject) {
  ShownPart part = Of("hosts", "get", R"(host { device_id: "a" hostname: "A" })");
  EXPECT_FALSE(part.empty());
  part.ShowWithin(4'000);
  EXPECT_EQ(part.json(), R"({"host":{"device_id":"a","hostname":"A"},"truncated":false})");
  EXPECT_EQ(part.Line("u"), "in u.");
}

TEST(SharesOfRoom, GoByWeightsAndWhatOneDoesNotNeedGoesToTheOthers) {
  EXPECT_THAT(Shares({100, 100}, {1, 1}, 1000), ElementsAre(100, 100));
  EXPECT_THAT(Shares({1000, 1000}, {3, 1}, 1000), ElementsAre(750, 250));
  EXPECT_THAT(Shares({1000, 100, 5000}, {1, 1, 1}, 1500), ElementsAre(700, 100, 700));
  EXPECT_THAT(Shares({300, 100, 5000}, {1, 1, 1}, 1500), ElementsAre(300, 100, 1100));
  EXPECT_THAT(Shares({}, {}, 10), ElementsAre());
  EXPECT_THAT(Shares({0, 50}, {0, 1}, 10), ElementsAre(0, 10));
}

}  // namespace
}  // namespace falcon::mcp

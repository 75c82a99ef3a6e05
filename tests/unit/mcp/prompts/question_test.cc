// Requests made of names and values, and how questions are asked together.
#include "mcp/prompts/question.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "mcp/protocol/workers.h"
#include "tests/unit/mcp/resources/resource_bench.h"

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;

using Texts = std::vector<std::string>;

TEST(Question, PutsTextsWordsMasksNumbersAndListsIntoTheRequest) {
  ResourceBench bench;
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

TEST(Question, WhatTheProtosDoNotKnowFailsWithoutACall) {
  ResourceBench bench;
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

TEST(Question, SeveralAreAskedAtOnceAndAnsweredInOrder) {
  Workers workers(3, 16);
  ResourceBench bench;
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

TEST(Question, RoundsShareOneTimeout) {
  ResourceBench bench;
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

TEST(Question, IsNotAskedOnceTheClientStopped) {
  ResourceBench bench;
  std::stop_source stop;
  stop.request_stop();
  const CallContext context{stop.get_token(), nullptr};
  const auto replies = Inquiry(bench.bridge, context).Ask({{"hosts", "list", {}}});
  ASSERT_TRUE(replies[0].answer.failure);
  EXPECT_EQ(replies[0].answer.failure->code, grpc::StatusCode::CANCELLED);
  EXPECT_THAT(bench.gateway.Asked(), ElementsAre());
}

}  // namespace
}  // namespace falcon::mcp

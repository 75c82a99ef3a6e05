// Many readers, few calls to Falcon: shared, gathered and kept answers, and what each reader is
// told of them.
#include <atomic>
#include <deque>
#include <thread>

#include "tests/e2e/calls.h"
#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/export.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

class FewCalls : public SharedWorld<FewCalls> {
 public:
  static WorldOptions Options() {
    return {.simulator = {"--alerts", "500", "--hosts", "300"},
            .gateway = {"--cache-mib=8"},
            .environment = {}};
  }

 protected:
  FewCalls() {
    world().ClearFaults();
    world().ResetLedger();
  }
  ~FewCalls() override { world().ClearFaults(); }

  // Each answer takes so long.
  void SlowDown(int ms) {
    world().Fault(Rule("latency", {{"path", ""}, {"times", 0}, {"ms", ms}}));
  }

  static std::vector<std::string> HostIds(int count) {
    std::vector<std::string> ids;
    const auto hosts =
        Ask(world(),
            Make<v1::ListHostsRequest>("page_size: " + std::to_string(count) +
                                       " order_by: 'first_seen' read_mask { paths: 'device_id' }"));
    for (const v1::Host& host : hosts->hosts()) ids.push_back(host.device_id());
    return ids;
  }
  static v1::UpstreamStatus Saved() { return Ask(world(), v1::GetStatusRequest())->upstream(); }
  static v1::GetHostRequest Host(const std::string& id) {
    v1::GetHostRequest request;
    request.set_device_id(id);
    return request;
  }
};

TEST_F(FewCalls, ManyIdenticalListsAtOnceAreOneCall) {
  SlowDown(300);
  const auto request = Make<v1::ListDetectionsRequest>("filter { days: 30 } page_size: 7");
  std::deque<std::thread> callers;
  std::atomic<int> complete = 0;
  for (int i = 0; i < 50; ++i) {
    callers.emplace_back([&] {
      const auto answer = Ask(world(), request);
      complete += answer.status.ok() && answer->detections_size() == 7 ? 1 : 0;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(complete, 50);
  EXPECT_EQ(world().Calls(), 1);
  EXPECT_GE(Saved().joined() + Saved().cached(), 49);
}

TEST_F(FewCalls, LookUpsByIdTravelTogether) {
  const std::vector<std::string> ids = HostIds(100);
  ASSERT_EQ(ids.size(), 100U);
  world().ResetLedger();
  const int64_t batched = Saved().batched();
  SlowDown(2000);
  std::deque<std::thread> callers;
  std::atomic<int> right = 0;
  for (const std::string& id : ids) {
    callers.emplace_back([&, id] {
      const auto answer = Ask(world(), Host(id));
      right += answer.status.ok() && answer->host().device_id() == id ? 1 : 0;
    });
  }
  const auto unknown = Ask(world(), Host(std::string(32, '0')));
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(right, 100) << "each caller has its own host";
  EXPECT_EQ(unknown.status.error_code(), grpc::StatusCode::NOT_FOUND);
  // While one call is on the way, another may leave each half second: however slowly the
  // callers begin, most of them share one.
  EXPECT_LE(world().Calls(), 20);
  EXPECT_EQ(Saved().batched() - batched, 101 - world().Calls());
}

TEST_F(FewCalls, AKeptAnswerSaysItsAgeAndCostsNoCall) {
  const auto request = Make<v1::ListHostsRequest>("page_size: 3 order_by: 'hostname'");
  const auto first = Ask(world(), request);
  ASSERT_TRUE(first.status.ok());
  EXPECT_FALSE(first->read_info().has_age());
  EXPECT_EQ(first.trailers.at("falcon-upstream-calls"), "1");
  EXPECT_FALSE(first.trailers.contains("falcon-cache-age"));
  EXPECT_EQ(first.trailers.at("falcon-trace-id"), first->read_info().trace_id());
  const auto second = Ask(world(), request);
  ASSERT_TRUE(second.status.ok());
  EXPECT_EQ(second->hosts_size(), 3);
  EXPECT_TRUE(second->read_info().has_age());
  EXPECT_EQ(second->read_info().upstream_calls(), 0);
  EXPECT_EQ(second.trailers.at("falcon-upstream-calls"), "0");
  EXPECT_TRUE(second.trailers.contains("falcon-cache-age"));
  EXPECT_EQ(world().Calls(), 1);
  EXPECT_GE(Saved().cached(), 1);
  EXPECT_GT(Saved().cache_bytes(), 0);
}

TEST_F(FewCalls, WhoWantsNothingKeptIsServedByFalcon) {
  const auto live = Make<v1::ListHostsRequest>(
      "page_size: 4 order_by: 'hostname' read_options { max_staleness {} }");
  for (int i = 0; i < 3; ++i) {
    const auto answer = Ask(world(), live);
    ASSERT_TRUE(answer.status.ok());
    EXPECT_FALSE(answer->read_info().has_age());
  }
  EXPECT_EQ(world().Calls(), 3);
  const auto wrong =
      Ask(world(), Make<v1::ListHostsRequest>("read_options { max_staleness { seconds: -1 } }"));
  EXPECT_EQ(wrong.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_EQ(Details(wrong.status).bad.field_violations_size(), 1);
  EXPECT_EQ(Details(wrong.status).bad.field_violations(0).field(), "read_options.max_staleness");
}

TEST_F(FewCalls, AListOfWholeRecordsServesLaterLookUps) {
  const auto list = Ask(
      world(),
      Make<v1::ListHostsRequest>("page_size: 5 order_by: 'last_seen desc' view: RECORD_VIEW_FULL"));
  ASSERT_EQ(list->hosts_size(), 5);
  world().ResetLedger();
  for (const v1::Host& host : list->hosts()) {
    const auto one = Ask(world(), Host(host.device_id()));
    ASSERT_TRUE(one.status.ok());
    EXPECT_EQ(one->host().SerializeAsString(), host.SerializeAsString());
  }
  EXPECT_EQ(world().Calls(), 0);
}

TEST_F(FewCalls, ExportsOfTheSameAreAnsweredFromOneWhereTheyTakeIt) {
  auto request = Make<v1::ExportHostsRequest>(
      "filter { platforms: 'Windows' } batch_size: 20 read_mask { paths: 'device_id' paths: "
      "'first_seen' } read_options { max_staleness { seconds: 600 } }");
  const Exported first = Export(world(), request);
  ExpectWhole(first, first.total);
  EXPECT_GT(first.messages, 1);
  const int calls = world().Calls();
  const Exported second = Export(world(), request);
  EXPECT_EQ(second.ids, first.ids);
  EXPECT_EQ(world().Calls(), calls);
  request.clear_read_options();
  EXPECT_EQ(Export(world(), request).ids, first.ids);
  EXPECT_EQ(world().Calls(), 2 * calls) << "else Falcon is asked";
}

TEST(Outage, IsNotAnsweredWithMoreCalls) {
  World world({.simulator = {"--alerts", "10", "--hosts", "10"},
               .gateway = {"--circuit-breaker-min-calls=20"},
               .environment = {}});
  ASSERT_TRUE(Ask(world, v1::ListDetectionsRequest()).status.ok());
  world.ResetLedger();
  world.Fault(Rule("status", {{"times", 0}, {"code", 503}}));
  std::deque<std::future<Answer<v1::ListDetectionsResponse>>> calls;
  for (int i = 0; i < 200; ++i) {
    calls.push_back(std::async(std::launch::async, [&world, i] {
      return Ask(world, Make<v1::ListDetectionsRequest>("page_size: " + std::to_string(i + 1)));
    }));
  }
  int refused = 0;
  for (auto& call : calls) {
    const auto answer = call.get();
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
    if (answer.reason() != "UPSTREAM_CIRCUIT_OPEN") continue;
    ++refused;
    EXPECT_TRUE(Details(answer.status).has_retry);
  }
  EXPECT_LE(world.Calls(), 2 * 200 / 5 + 100) << "a retry budget's fifth beside what was under way";
  const auto status = Ask(world, v1::GetStatusRequest());
  EXPECT_EQ(status->upstream().breaker_opened(), 1);
  EXPECT_GE(status->upstream().breaker_refused(), refused);
}

}  // namespace
}  // namespace falcon::e2e

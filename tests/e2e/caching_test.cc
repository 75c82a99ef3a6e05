// Many readers, few calls to Falcon: coalesced, batched and cached responses, in one gateway and in two
// that share a Redis.
#include <gmock/gmock.h>

#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include "tests/e2e/calls.h"
#include "tests/support/redis_server.h"

namespace falcon::e2e {
namespace {

class FewCalls : public SharedWorld<FewCalls> {
 public:
  static WorldOptions Options() {
    return {.simulator = {"--alerts", "500", "--hosts", "300"}, .gateway = {"--cache-mib=8"}};
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

TEST_F(FewCalls, LookUpsByIdAreBatched) {
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
  EXPECT_THAT(unknown, StatusIs(StatusCode::NOT_FOUND));
  // While one call is on the way, another may leave each half second: however slowly the
  // callers begin, most of them share one.
  EXPECT_LE(world().Calls(), 20);
  EXPECT_EQ(Saved().batched() - batched, 101 - world().Calls());
}

TEST_F(FewCalls, CachedAnswerTellsItsAgeAndCostsNoCall) {
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

TEST_F(FewCalls, ZeroStalenessAsksFalcon) {
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
  EXPECT_THAT(wrong, StatusIs(StatusCode::INVALID_ARGUMENT));
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

TEST_F(FewCalls, EqualExportsShareOneWhereTheyAllowStaleness) {
  auto request = Make<v1::ExportHostsRequest>(
      "filter { platforms: 'Windows' } batch_size: 20 read_mask { paths: 'device_id' paths: "
      "'first_seen' } read_options { max_staleness { seconds: 600 } }");
  const Exported first = Export(world(), request);
  ExpectComplete(first, first.total);
  EXPECT_GT(first.messages, 1);
  const int calls = world().Calls();
  const Exported second = Export(world(), request);
  EXPECT_EQ(second.ids, first.ids);
  EXPECT_EQ(world().Calls(), calls);
  request.clear_read_options();
  EXPECT_EQ(Export(world(), request).ids, first.ids);
  EXPECT_EQ(world().Calls(), 2 * calls) << "else Falcon is asked";
}

TEST(Outage, CausesFewRetriesAndOneOpenCircuit) {
  World world({.simulator = {"--alerts", "10", "--hosts", "10"},
               .gateway = {"--circuit-breaker-min-calls=20"}});
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
    EXPECT_THAT(answer, StatusIs(StatusCode::UNAVAILABLE));
    if (answer.reason() != "UPSTREAM_CIRCUIT_OPEN") continue;
    ++refused;
    EXPECT_TRUE(Details(answer.status).has_retry);
  }
  EXPECT_LE(world.Calls(), 2 * 200 / 5 + 100) << "a retry budget's fifth beside what was under way";
  const auto status = Ask(world, v1::GetStatusRequest());
  EXPECT_EQ(status->upstream().breaker_opened(), 1);
  EXPECT_GE(status->upstream().breaker_refused(), refused);
}

using ::testing::HasSubstr;
using ::testing::Not;
using testing::RedisServer;

constexpr char kPassword[] = "redis-canary";

class SharedCache : public ::testing::Test {
 protected:
  SharedCache() {
    WaitUntil([&] { return Shared(one).connected() && Shared(other).connected(); });
  }

  WorldOptions Options() const {
    return {.simulator = {"--alerts", "10", "--hosts", "300"},
            .gateway = {"--cache-mib=8", "--redis=" + redis.address()},
            .environment = {{"REDIS_PASSWORD", kPassword}}};
  }
  WorldOptions OtherOptions() const {
    WorldOptions options = Options();
    options.simulator_url = one.simulator_url();
    options.ca_file = one.folder() + "/ca.pem";
    return options;
  }
  static v1::SharedCacheStatus Shared(World& world) {
    return Ask(world, v1::GetStatusRequest())->upstream().shared_cache();
  }
  // A list that nobody has asked for yet.
  v1::ListHostsRequest Fresh() {
    return Make<v1::ListHostsRequest>("order_by: 'hostname' page_size: " +
                                      std::to_string(++page_size_));
  }
  void ExpectAnswers(int lists) {
    for (int i = 0; i < lists; ++i) {
      const auto request = Fresh();
      for (World* world : {&one, &other}) {
        const auto answer = Ask(*world, request);
        ASSERT_THAT(answer, IsOk());
        ASSERT_EQ(answer->hosts_size(), request.page_size());
      }
    }
  }

  RedisServer redis{{"--requirepass", kPassword}};
  World one{Options()};
  World other{OtherOptions()};

 private:
  int page_size_ = 0;
};

// Of many lists, since on a machine that is busy one may take longer than Redis is given.
TEST_F(SharedCache, AnswerOfOneGatewayServesTheOtherWithoutACall) {
  WaitUntil([&] {
    const auto request = Fresh();
    one.ResetLedger();
    const auto first = Ask(one, request);
    const auto second = Ask(other, request);
    EXPECT_TRUE(first.status.ok() && second.status.ok());
    EXPECT_EQ(second->hosts_size(), first->hosts_size());
    EXPECT_EQ(second->hosts(0).SerializeAsString(), first->hosts(0).SerializeAsString());
    return one.Calls() == 1 && second->read_info().upstream_calls() == 0 &&
           second->read_info().has_age();
  });
  EXPECT_GE(Shared(other).hits(), 1);
  EXPECT_GE(Shared(one).misses(), 1);
  EXPECT_EQ(Shared(other).refused(), 0);
  EXPECT_THAT(one.gateway_program().Log(), Not(HasSubstr(kPassword)));
}

TEST_F(SharedCache, ARedisThatIsKilledFailsNoCallAndIsFoundAgain) {
  ExpectAnswers(5);
  redis.Kill();
  ExpectAnswers(20);
  WaitUntil([&] { return !Shared(one).connected() && Shared(one).faults() > 0; });
  redis.Start();
  WaitUntil([&] { return Shared(one).connected() && Shared(other).connected(); });
  ExpectAnswers(5);
}

TEST_F(SharedCache, ARedisThatIsStoppedFailsNoCall) {
  ExpectAnswers(5);
  redis.Stop();
  ExpectAnswers(20);
  EXPECT_GT(Shared(one).faults(), 0);
  EXPECT_FALSE(Shared(one).connected());
}

TEST(SharedCacheStatus, IsUnsetWithoutARedis) {
  World world({.simulator = {"--alerts", "10", "--hosts", "10"}, .gateway = {"--cache-mib=8"}});
  EXPECT_FALSE(Ask(world, v1::GetStatusRequest())->upstream().has_shared_cache());
}

}  // namespace
}  // namespace falcon::e2e

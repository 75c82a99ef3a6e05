// The whole way to Falcon in a storm: callers come, join, travel together, wait, leave and run out
// of time, and Falcon fails in every way. Each ends once, with its own answer or with a reason.
#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include "tests/unit/upstream/chaos_transport.h"
#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;

constexpr size_t kPlaces = 4;

struct Asked {
  Asked(Deadline deadline, Priority priority) : reading(deadline, priority) {}

  TestCall reading;
  std::vector<std::string> ids;  // empty: a list
  std::string filter;
  SteadyTime began{};
  std::optional<absl::Status> end;  // unset: it is under way, or was unwound
  SteadyTime ended{};
  std::optional<Running<absl::Status>> task;
};

class ChaosTest : public ::testing::TestWithParam<unsigned> {
 protected:
  ChaosTest() { details.max_ids = 30; }
  ~ChaosTest() override { loop.Stop(); }

  // Loop thread.
  milliseconds Since(SteadyTime at) const {
    return std::chrono::duration_cast<milliseconds>(clock.Now() - at);
  }
  SteadyTime Time(const json::Document& document, size_t index, std::string_view key) const {
    return SteadyTime(milliseconds(std::stoll(document.TextOf(index, key))));
  }

  // Never older than asked, and never older than told.
  void ExpectYoungEnough(const Asked& ask, const json::Document& document, size_t index) {
    const SteadyTime sent = Time(document, index, "sent");
    EXPECT_GE(sent + ask.reading.age, ask.began);
    // A list whose reader says nothing may share a call that is on its way already.
    if (ask.ids.empty() && !ask.reading.max_staleness.has_value()) return;
    const milliseconds most = ask.reading.max_staleness.value_or(milliseconds(0));
    EXPECT_GE(sent, ask.began - most);
    EXPECT_LE(ask.reading.age, most);
  }
  void ExpectOwn(const Asked& ask, const json::Document& document) {
    for (size_t i = 0; i < document.envelope().resources; ++i) {
      EXPECT_EQ(document.TextOf(i, "device_id"), StrCat("id-", ask.filter));
      ExpectYoungEnough(ask, document, i);
    }
    EXPECT_EQ(document.envelope().resources + ask.reading.errors.size(), 1U);
  }
  void ExpectOwn(const Asked& ask, const LookupResult& found) {
    for (const std::string& id : ask.ids) {
      const auto place = found.records.find(id);
      if (place == found.records.end()) {
        EXPECT_TRUE(id.starts_with("no-") || found.errors.contains(id)) << id << " is lost";
        continue;
      }
      const json::Document& document = found.documents[place->second.document];
      EXPECT_EQ(document.TextOf(place->second.resource, "device_id"), id);
      ExpectYoungEnough(ask, document, place->second.resource);
    }
    for (const json::ApiError& error : ask.reading.errors) {
      EXPECT_THAT(ask.ids, ::testing::Contains(error.id)) << "another's error is told";
    }
  }

  Task<absl::Status> List(Asked& ask) {
    UpstreamRequest call(operation::kCombinedDevices);
    call.query = {{"filter", ask.filter}};
    call.cache_records_as = lane;
    const Answer answer = co_await client.Call(call, ask.reading, ask.reading);
    if (answer.ok()) ExpectOwn(ask, answer->document);
    co_return answer.status();
  }
  Task<absl::Status> Find(Asked& ask) {
    const LookupRequest request{.key = lane, .ids = ask.ids};
    const Records found = co_await client.Lookup(request, ask.reading, ask.reading);
    if (found.ok()) ExpectOwn(ask, **found);
    co_return found.status();
  }
  Task<absl::Status> Run(Asked& ask) {
    absl::Status end = ask.ids.empty() ? co_await List(ask) : co_await Find(ask);
    ask.end = end;
    ask.ended = clock.Now();
    co_return end;
  }

  template <class T>
  T Any(std::initializer_list<T> of) {
    return *(of.begin() + dice() % of.size());
  }
  Asked& Prepare(milliseconds patience, Priority priority) {
    Asked& ask = asks.emplace_back(Deadline::In(clock, patience), priority);
    ask.began = clock.Now();
    return ask;
  }
  void Begin() {
    const milliseconds patience =
        Any<milliseconds>({milliseconds(300), seconds(2), seconds(5), seconds(12), seconds(60)});
    Asked& ask = Prepare(patience, dice() % 4 == 0 ? Priority::kExport : Priority::kInteractive);
    ask.reading.client_id = StrCat("caller ", dice() % 4);
    ask.reading.max_staleness = Any<std::optional<milliseconds>>(
        {std::nullopt, milliseconds(0), milliseconds(700), seconds(4), seconds(30)});
    if (dice() % 2 == 0) {
      ask.filter = StrCat(dice() % 12);
    } else {
      std::set<std::string> ids;
      const unsigned count = dice() % 10 == 0 ? 25 + dice() % 20 : 1 + dice() % 3;
      for (unsigned i = 0; i < count; ++i) {
        ids.insert(StrCat(dice() % 5 == 0 ? "no-" : "id-", dice() % 40));
      }
      ask.ids.assign(ids.begin(), ids.end());
    }
    ask.task.emplace(loop, Run(ask));
  }

  // As the reactors do: whoever leaves, or whose time is up, is unwound. Loop thread.
  void CancelSome(unsigned one_in) {
    for (Asked& ask : asks) {
      if (ask.end.has_value()) continue;
      const bool late = ask.reading.deadline.Passed(clock);
      if (late || dice() % one_in == 0) ask.task->CancelOnLoop();
    }
  }
  // Does `work` on the loop when what is ready there has run so many times. The same each time: the
  // loop's work comes in the order of its posting, and nobody but this posts from outside.
  template <class Work>
  void AfterRounds(unsigned rounds, Work work) {
    std::promise<void> done;
    loop.Post([&] { Round(rounds, done, work); });
    done.get_future().wait();
  }
  template <class Work>
  void Round(unsigned left, std::promise<void>& done, Work& work) {
    if (left > 0) return loop.Post([this, left, &done, &work] { Round(left - 1, done, work); });
    work();
    done.set_value();
  }
  // Until the loop has nothing to do but wait: whatever can follow from what happened has happened.
  void Settle() {
    AfterRounds(60, [] {});
  }
  void Pass(milliseconds span) {
    timer.Advance(span);
    Settle();
  }

  void ExpectAReason(const Asked& ask) {
    const absl::Status& end = *ask.end;
    if (end.ok()) return;
    EXPECT_NE(end.code(), StatusCode::kInternal) << end;
    EXPECT_FALSE(Reason(end).empty()) << end;
    if (end.code() == StatusCode::kDeadlineExceeded) {
      EXPECT_GE(ask.ended, ask.reading.deadline.at()) << "another's deadline ended it: " << end;
    }
    if (end.code() != StatusCode::kResourceExhausted) return;
    EXPECT_TRUE(RetryAfter(end).has_value()) << end;
    const bool by_budget = Reason(end) == "RATE_LIMITED" && !Metadata(end).contains("http_status");
    if (!by_budget) return;
    EXPECT_LE(ask.reading.deadline.at(), ask.ended + *RetryAfter(end)) << "it could have waited";
  }
  void ExpectNothingIsLeft() {
    const AdmissionQueueStats queue = admission.stats();
    EXPECT_EQ(queue.in_flight, 0U);
    EXPECT_EQ(queue.exports_in_flight, 0U);
    EXPECT_EQ(queue.waiting, 0U);
    EXPECT_EQ(budget.stats().waiting, 0U);
    for (const auto& [area, bulkhead] : bulkheads.all()) {
      EXPECT_EQ(bulkhead->retries.stats().in_flight, 0U) << area;
      EXPECT_EQ(bulkhead->admission.stats().in_flight, 0U) << area;
      EXPECT_EQ(bulkhead->admission.stats().waiting, 0U) << area;
    }
    EXPECT_EQ(falcon.in_flight(), 0U);
    EXPECT_EQ(falcon.calls(), chain.guard.calls());
  }

  // No flight and no lane was left behind that somebody would still wait for.
  void ExpectCalmAfterwards() {
    OnLoop(loop, [&] { falcon.CalmDown(); });
    asks.clear();
    for (int i = 0; i < 40; ++i) {
      Asked& ask = Prepare(seconds(200), Priority::kInteractive);
      if (i < 12) ask.filter = StrCat(i);
      if (i >= 12) ask.ids = {StrCat("id-", i)};
      ask.task.emplace(loop, Run(ask));
    }
    for (int i = 0; i < 130; ++i) Pass(seconds(1));
    for (Asked& ask : asks) EXPECT_EQ(ask.task->Get(), absl::OkStatus());
    OnLoop(loop, [&] { ExpectNothingIsLeft(); });
  }

  std::mt19937 dice{GetParam()};
  FakeClock clock;
  runtime::Loop loop{"falcon-test"};
  FakeTimer timer{loop, clock};
  ChaosTransport falcon{clock, timer, kPlaces, GetParam()};
  AdmissionQueue admission{
      loop, clock, timer, {.permits = kPlaces, .max_waiting = 60, .max_wait = seconds(5)}};
  RateBudget budget{clock, timer};
  Bulkheads bulkheads{
      loop,
      clock,
      timer,
      [] { return 0.5; },
      {.circuit_breaker = {.min_calls = 10},
       .retries = {},
       .admission = {.permits = kPlaces, .max_waiting = 60, .max_wait = seconds(5)}}};
  UpstreamChain chain{
      {loop, clock, timer, admission, bulkheads, budget, falcon},
      {.batching = {.max_ids = 20}, .cache_bytes = size_t{32} << 10, .jitter = 0.5}};
  UpstreamClient& client = chain.cached;
  Operation details = operation::kPostDeviceDetails;
  const BatchKey lane{&details, "device_id", {}};
  std::deque<Asked> asks;
};

TEST_P(ChaosTest, EveryCallEndsOnceWithItsOwnAnswerOrAReasonAndNothingIsLeft) {
  for (int step = 0; step < 400; ++step) {
    const bool outage = step / 50 == 3;
    const unsigned burst = dice() % 20 == 0 ? 30 : dice() % 3;
    OnLoop(loop, [&] {
      falcon.Fail(outage);
      for (unsigned i = 0; i < burst; ++i) Begin();
    });
    AfterRounds(dice() % 12, [&] { CancelSome(60); });
    Pass(milliseconds(dice() % 400));
  }
  for (int i = 0; i < 70; ++i) {
    OnLoop(loop, [&] { CancelSome(1'000'000); });
    Pass(seconds(1));
  }
  int answered = 0;
  int refused = 0;
  int left = 0;
  for (Asked& ask : asks) {
    const std::optional<absl::Status> end = ask.task->Get();
    ASSERT_EQ(end, ask.end);
    if (!end.has_value()) {
      ++left;
      continue;
    }
    ExpectAReason(ask);
    ++(end->ok() ? answered : refused);
  }
  EXPECT_GT(answered, static_cast<int>(asks.size()) / 4);
  EXPECT_GT(refused, 0);
  EXPECT_GT(left, 0);
  EXPECT_LT(falcon.calls(), static_cast<int64_t>(asks.size())) << "calls are saved";
  OnLoop(loop, [&] { ExpectNothingIsLeft(); });
  ExpectCalmAfterwards();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChaosTest, ::testing::Range(0U, 8U));

}  // namespace
}  // namespace falcon::upstream

// Identical reads in flight share a call: who waits, who leaves, whose time counts.
#include <gmock/gmock.h>

#include <list>
#include <optional>
#include <vector>

#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;

class RequestCoalescerTest : public UpstreamTest {
 protected:
  // A read of host ids by `filter` on behalf of `reading`, which outlives it.
  Running<Answer> Start(TestCall& reading, const std::string& filter = "a:'1'") {
    UpstreamRequest call(operation::kQueryDevices);
    call.query = {{"filter", filter}};
    return {loop, Ask(client, std::move(call), reading)};
  }
  std::shared_ptr<runtime::OneShotEvent> Gate() {
    auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
    transport.AnswerAfter("devices", Response(200, kOneId), gate);
    return gate;
  }
  void Open(const std::shared_ptr<runtime::OneShotEvent>& gate) {
    OnLoop(loop, [&] { gate->Set(); });
  }
  void UntilAsked(size_t requests) {
    Until([&] { return transport.requests().size() >= requests; });
  }
  size_t Requests() {
    size_t count = 0;
    OnLoop(loop, [&] { count = transport.requests().size(); });
    return count;
  }

  TestCall first{In(seconds(90))};
  TestCall second{In(seconds(90))};
};

TEST_F(RequestCoalescerTest, AThousandIdenticalReadsOfManyClientsAreOneCall) {
  const auto gate = Gate();
  std::vector<TestCall> readings(1000, TestCall(In(seconds(30))));
  std::vector<Running<Answer>> reads;
  for (TestCall& reading : readings) {
    reading.client_id = StrCat("client ", reads.size() / 2);
    reads.push_back(Start(reading));
  }
  UntilAsked(1);
  Open(gate);
  int counted = 0;
  for (size_t i = 0; i < reads.size(); ++i) {
    const std::optional<Answer> answer = reads[i].Get();
    ASSERT_THAT(*answer, IsOk());
    EXPECT_EQ((*answer)->document.Ids(), std::vector<std::string>({"a"}));
    EXPECT_EQ(readings[i].trace_id, "t-1");
    counted += readings[i].upstream_calls;
  }
  EXPECT_EQ(Requests(), 1U);
  EXPECT_EQ(counted, 1) << "the call counts for one of them";
  EXPECT_EQ(chain.coalescer.coalesced(), 999);
}

// Both places are held by a flooder, whose line is long.
class QueuedRequestsTest : public RequestCoalescerTest {
 protected:
  QueuedRequestsTest() {
    for (int i = 0; i < 8; ++i) gates_.push_back(Gate());
    for (int i = 0; i < 2; ++i) reads_.push_back(By("flooder", StrCat("held:'", i, "'")));
    UntilAsked(2);
  }
  ~QueuedRequestsTest() override {
    OnLoop(loop, [&] {
      for (const auto& gate : gates_) gate->Set();
    });
    for (Running<Answer>& read : reads_) read.Get();
  }

  TestCall& Of(const std::string& caller) {
    calls_made_.emplace_back(In(seconds(600)));
    calls_made_.back().client_id = caller;
    return calls_made_.back();
  }
  Running<Answer> By(const std::string& caller, const std::string& filter) {
    return Start(Of(caller), filter);
  }
  void Line(const std::string& caller, const std::string& filter) {
    reads_.push_back(By(caller, filter));
  }
  std::string Asked(size_t index) {
    UntilAsked(index + 1);
    std::string url;
    OnLoop(loop, [&] { url = transport.requests()[index].url; });
    return url;
  }

  std::vector<std::shared_ptr<runtime::OneShotEvent>> gates_;
  std::list<TestCall> calls_made_;
  std::list<Running<Answer>> reads_;
};

TEST_F(QueuedRequestsTest, WhoeverReadsWhatAFlooderReadsTooTakesItsOwnTurn) {
  for (int i = 0; i < 3; ++i) Line("flooder", StrCat("f:'", i, "'"));
  Line("flooder", "popular:'1'");
  Running<Answer> small = By("small", "popular:'1'");
  Open(gates_[0]);
  Asked(2);
  Open(gates_[1]);
  EXPECT_THAT(Asked(3), ::testing::HasSubstr("popular")) << "the small one's turn comes second";
  Open(gates_[2]);
  Open(gates_[3]);
  EXPECT_THAT(*small.Get(), IsOk());
}

TEST_F(QueuedRequestsTest, TheFirstOfIdenticalReadsThatGoesOutServesAllThatWait) {
  std::vector<Running<Answer>> same;
  for (int i = 0; i < 20; ++i) same.push_back(By(StrCat("caller ", i), "popular:'1'"));
  Line("last", "other:'1'");
  Open(gates_[0]);
  EXPECT_THAT(Asked(2), ::testing::HasSubstr("popular"));
  Open(gates_[1]);
  EXPECT_THAT(Asked(3), ::testing::HasSubstr("other")) << "the others have left the line";
  Open(gates_[2]);
  for (Running<Answer>& one : same) EXPECT_THAT(*one.Get(), IsOk());
  EXPECT_EQ(chain.coalescer.coalesced(), 19);
}

TEST_F(QueuedRequestsTest, WhoWaitsInTheFirstOnesPlaceIsNotEndedWithIt) {
  Running<Answer> starter = By("caller 0", "popular:'1'");
  Running<Answer> other = By("caller 1", "popular:'1'");
  Open(gates_[0]);
  Asked(2);
  starter.Cancel();
  EXPECT_FALSE(starter.Get().has_value());
  Open(gates_[2]);
  EXPECT_THAT(*other.Get(), IsOk());
  EXPECT_EQ(Requests(), 3U);
}

TEST_F(RequestCoalescerTest, WhoeverWantsItYoungerThanTheCallOnItsWayAsksAgain) {
  const auto old = Gate();
  const auto young = Gate();
  TestCall patient(In(seconds(90)));
  TestCall strict(In(seconds(90)));
  patient.max_staleness = seconds(60);
  strict.max_staleness = seconds(5);
  Running<Answer> starts = Start(first);
  UntilAsked(1);
  timer.Advance(seconds(20));
  Running<Answer> joins = Start(patient);
  Until([&] { return chain.coalescer.coalesced() == 1; });
  Running<Answer> asks = Start(strict);
  UntilAsked(2);
  Open(old);
  EXPECT_THAT(*joins.Get(), IsOk());
  EXPECT_EQ(patient.age, seconds(20)) << "by when the call went out";
  Open(young);
  EXPECT_THAT(*asks.Get(), IsOk());
  EXPECT_EQ(strict.age, seconds(0));
  EXPECT_THAT(*starts.Get(), IsOk());
}

TEST_F(RequestCoalescerTest, AnotherFilterIsAnotherCall) {
  transport.Answer("devices", Response(200, kOneId), 2);
  Running<Answer> a = Start(first, "a:'1'");
  Running<Answer> b = Start(second, "a:'2'");
  EXPECT_THAT(*a.Get(), IsOk());
  EXPECT_THAT(*b.Get(), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(RequestCoalescerTest, ResultsAreSharedButNotKept) {
  transport.Answer("devices", Response(200, kOneId), 2);
  EXPECT_THAT(*Start(first).Get(), IsOk());
  EXPECT_THAT(*Start(first).Get(), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(RequestCoalescerTest, AFailureIsEverybodysAndNotKept) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("devices", Response(403, R"({"errors":[{"code":403,"message":"no"}]})"),
                        gate);
  transport.Answer("devices", Response(200, kOneId));
  Running<Answer> a = Start(first);
  Running<Answer> b = Start(second);
  UntilAsked(1);
  Open(gate);
  EXPECT_EQ(a.Get()->status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(b.Get()->status().code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(*Start(first).Get(), IsOk());
}

TEST_F(RequestCoalescerTest, TheOneWhoStartedMayLeaveWithoutHarmToTheOthers) {
  const auto gate = Gate();
  Running<Answer> starter = Start(first);
  Running<Answer> joiner = Start(second);
  UntilAsked(1);
  starter.Cancel();
  EXPECT_FALSE(starter.Get().has_value());
  Open(gate);
  EXPECT_THAT(*joiner.Get(), IsOk());
  EXPECT_EQ(Requests(), 1U);
}

TEST_F(RequestCoalescerTest, TheLastLeaverEndsTheCallAndFreesItsPlace) {
  const auto stuck = Gate();
  transport.Answer("devices", Response(200, kOneId));
  Running<Answer> a = Start(first);
  Running<Answer> b = Start(second);
  UntilAsked(1);
  a.Cancel();
  b.Cancel();
  EXPECT_FALSE(a.Get().has_value());
  EXPECT_FALSE(b.Get().has_value());
  TestCall later(In(seconds(30)));
  EXPECT_THAT(*Start(later).Get(), IsOk()) << "a later read does not join what was given up";
  EXPECT_EQ(Requests(), 2U);
}

TEST_F(RequestCoalescerTest, AJoinerWithMoreTimeIsNotEndedByTheHastyOnesDeadline) {
  transport.Answer("devices", Response(429, "{}", {{"X-Ratelimit-Limit", "6000"}}));
  transport.Answer("devices", Response(200, kOneId));
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  OnLoop(loop, [&] { budget.CoolDown(seconds(5)); });
  TestCall patient(In(seconds(60)));
  TestCall hasty(In(seconds(1)));
  Running<Answer> refused = Start(hasty);
  EXPECT_EQ(refused.Get()->status().code(), StatusCode::kResourceExhausted);
  Running<Answer> served = Start(patient);
  for (int i = 0; i < 10; ++i) timer.Advance(seconds(5));
  EXPECT_THAT(*served.Get(), IsOk());
}

// On the wire the call has the deadline of who started it, whoever joined meanwhile.
TEST_F(RequestCoalescerTest, AJoinerIsNotEndedByTheHastyOnesDeadlineThatAnotherHasPutOff) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop.executor());
  transport.AnswerAfter("devices",
                        Error(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "too slow"), gate);
  const auto second = Gate();
  TestCall hasty(In(seconds(1)));
  TestCall patient(In(seconds(60)));
  TestCall between(In(seconds(20)));
  Running<Answer> starts = Start(hasty);
  UntilAsked(1);
  Running<Answer> puts_off = Start(patient);
  Running<Answer> joins = Start(between);
  Until([&] { return chain.coalescer.coalesced() == 2; });
  timer.Advance(seconds(1));
  Open(gate);
  EXPECT_THAT(*starts.Get(), FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  Until([&] { return chain.coalescer.coalesced() == 3; });
  Open(second);
  EXPECT_THAT(*puts_off.Get(), IsOk());
  EXPECT_THAT(*joins.Get(), IsOk());
  EXPECT_EQ(Requests(), 2U);
}

}  // namespace
}  // namespace falcon::upstream

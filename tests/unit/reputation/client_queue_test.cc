// Who waits for whose turn, who shares a flight, and who is told at once that it would be too late.
#include "tests/unit/reputation/client_fixture.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using falcon::testing::OnLoop;
using falcon::testing::Running;

TEST_F(ClientTest, ConcurrentIdenticalLookUpsMakeOneCall) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop_.executor());
  transport_.AnswerAfter("d1", Found(), gate);
  std::vector<Running<absl::StatusOr<Answer>>> running;
  running.reserve(50);
  for (int i = 0; i < 50; ++i) running.push_back(Begin(DomainOf(1)));
  OnLoop(loop_, [&] { gate->Set(); });
  for (auto& one : running) EXPECT_THAT(Finish(std::move(one)), IsOk());
  EXPECT_EQ(sent(), 1U);
}

TEST_F(ClientTest, FifthLookUpWaitsForTheNextMinute) {
  transport_.Answer("GET", Found(), 10);
  SpendAMinute();
  auto fifth = Begin(DomainOf(5), seconds(90));
  Until([&] { return timer_.slept().size() == 5; });
  EXPECT_EQ(sent(), 4U);
  timer_.Advance(seconds(61));
  EXPECT_THAT(Finish(std::move(fifth)), IsOk());
  EXPECT_EQ(sent(), 5U);
}

TEST_F(ClientTest, LookUpWhoseTurnIsPastItsDeadlineFailsAtOnce) {
  transport_.Answer("GET", Found(), 10);
  SpendAMinute();
  const auto late = LookUp(DomainOf(5), seconds(30));
  EXPECT_THAT(late, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(RetryAfter(late.status()), seconds(61));
  EXPECT_EQ(Metadata(late.status())["quota"], "minute");
  EXPECT_THAT(LookUp(DomainOf(101), seconds(1)), IsOk()) << "what is kept needs no turn";
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, JoiningLookUpWhoseTurnIsPastItsDeadlineFailsAtOnce) {
  transport_.Answer("GET", Found(), 10);
  SpendAMinute();
  auto patient = Begin(DomainOf(5), seconds(90));
  Until([&] { return timer_.slept().size() == 5; });
  const auto hasty = LookUp(DomainOf(5), seconds(30));
  EXPECT_THAT(hasty, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(RetryAfter(hasty.status()), seconds(61));
  timer_.Advance(seconds(61));
  EXPECT_THAT(Finish(std::move(patient)), IsOk());
}

TEST_F(ClientTest, CancelledLookUpReturnsItsTurn) {
  transport_.Answer("GET", Found(), 10);
  SpendAMinute();
  auto leaver = Begin(DomainOf(5), seconds(90));
  Until([&] { return timer_.slept().size() == 5; });
  leaver.Cancel();
  EXPECT_FALSE(leaver.Get().has_value());
  timer_.Advance(seconds(61));
  Until([&] { return client_->quota().minute_left == 4; });
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, WaitingLookUpMayOutliveTheClient) {
  transport_.Answer("GET", Found(), 10);
  SpendAMinute();
  auto waiting = Begin(DomainOf(5), seconds(90));
  Until([&] { return timer_.slept().size() == 5; });
  auto joined = Begin(DomainOf(5), seconds(80));
  Until([&] { return timer_.slept().size() == 6; });
  loop_.Stop();
  client_.reset();  // as when the gateway ends: the loop, and what waits on it, goes last
}

TEST_F(ClientTest, JoinedLookUpWithMoreTimeTriesAgain) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop_.executor());
  const absl::Status timed_out =
      Error(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT", "the deadline passed");
  transport_.AnswerAfter("d1", timed_out, gate);
  transport_.Answer("d1", Found());
  auto hasty = Begin(DomainOf(1), seconds(1));
  Until([&] { return transport_.requests().size() == 1; });
  auto patient = Begin(DomainOf(1), seconds(60));
  auto equal = Begin(DomainOf(1), seconds(1));
  OnLoop(loop_, [&] { gate->Set(); });
  EXPECT_THAT(Finish(std::move(hasty)),
              FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  EXPECT_THAT(Finish(std::move(equal)),
              FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  EXPECT_THAT(Finish(std::move(patient)), IsOk());
  EXPECT_EQ(sent(), 2U);
}

TEST_F(ClientTest, JoinedLookUpFailsAtItsOwnDeadlineAndTheCallGoesOn) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop_.executor());
  transport_.AnswerAfter("d1", Found(), gate);
  auto patient = Begin(DomainOf(1), seconds(60));
  Until([&] { return transport_.requests().size() == 1; });
  const size_t slept = Slept();
  auto hasty = Begin(DomainOf(1), seconds(5));
  auto also_patient = Begin(DomainOf(1), seconds(59));
  Until([&] { return timer_.slept().size() == slept + 2; });
  timer_.Advance(seconds(5));
  EXPECT_THAT(Finish(std::move(hasty)),
              FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  OnLoop(loop_, [&] { gate->Set(); });
  EXPECT_THAT(Finish(std::move(patient)), IsOk());
  EXPECT_THAT(Finish(std::move(also_patient)), IsOk());
  EXPECT_EQ(sent(), 1U);
}

TEST_F(ClientTest, JoinedLookUpReportsACooldownAtItsDeadline) {
  const auto gate = std::make_shared<runtime::OneShotEvent>(loop_.executor());
  transport_.AnswerAfter("d1", falcon::testing::Response(429, kQuotaBody, {{"Retry-After", "40"}}),
                         gate);
  transport_.Answer("d1", Found());
  auto patient = Begin(DomainOf(1), seconds(90));
  Until([&] { return transport_.requests().size() == 1; });
  const size_t slept = Slept();
  auto hasty = Begin(DomainOf(1), seconds(30));
  Until([&] { return timer_.slept().size() == slept + 1; });
  OnLoop(loop_, [&] { gate->Set(); });
  Until([&] { return timer_.slept().size() == slept + 2; });  // the pause before the second try
  timer_.Advance(seconds(1));
  Until([&] { return timer_.slept().size() == slept + 3; });  // its turn
  timer_.Advance(seconds(29));
  const auto told = Finish(std::move(hasty));
  EXPECT_THAT(told, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(RetryAfter(told.status()), seconds(10));
  timer_.Advance(seconds(10));
  EXPECT_THAT(Finish(std::move(patient)), IsOk());
  EXPECT_EQ(sent(), 2U);
}

TEST_F(ClientTest, TheDayIsSpentUntilMidnight) {
  ClientOptions options;
  options.base_url = "https://vt.example";
  options.api_key = Secret(kKey);
  options.quota = {.per_minute = 100, .per_day = 2};
  client_ = std::make_unique<Client>(options, transport_, loop_, clock_, timer_);
  transport_.Answer("GET", Found(), 10);
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  caller_ = "metadata:b";
  EXPECT_THAT(LookUp(DomainOf(2)), IsOk());
  const auto spent = LookUp(DomainOf(3));
  EXPECT_THAT(spent, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(Metadata(spent.status())["quota"], "day");
  clock_.Advance(*RetryAfter(spent.status()));
  EXPECT_THAT(LookUp(DomainOf(3)), IsOk());
}

TEST_F(ClientTest, LongQueueOfOneCallerLeavesTheNextMinuteToAnother) {
  transport_.Answer("GET", Found(), 20);
  SpendAMinute();
  std::vector<Running<absl::StatusOr<Answer>>> flood;
  flood.reserve(8);
  for (int i = 0; i < 8; ++i) flood.push_back(Begin(DomainOf(i), seconds(600)));
  Until([&] { return timer_.slept().size() == 12; });
  caller_ = "metadata:b";
  auto other = Begin(DomainOf(50), seconds(70));
  Until([&] { return timer_.slept().size() == 13; });
  timer_.Advance(seconds(61));
  EXPECT_THAT(Finish(std::move(other)), IsOk());
  for (auto& one : flood) one.Cancel();
  for (auto& one : flood) one.Get();
}

}  // namespace
}  // namespace falcon::reputation

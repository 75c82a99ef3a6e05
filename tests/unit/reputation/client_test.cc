// The client: requests, cached reports, and how calls queue for the quota.
#include "reputation/client.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/fake_transport.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using falcon::testing::OnLoop;
using falcon::testing::Response;
using falcon::testing::Running;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "canary-key";
constexpr char kQuotaBody[] = R"({"error":{"code":"QuotaExceededError","message":"canary-key"}})";
constexpr char kUnknownBody[] = R"({"error":{"code":"NotFoundError","message":"canary-key"}})";

Indicator DomainOf(int number) { return {Kind::kDomain, StrCat("d", number, ".example")}; }

http::HttpResponse Found(int malicious = 3, http::Headers headers = {}) {
  return falcon::testing::Response(
      200,
      StrCat(R"({"data":{"type":"domain","id":"x","attributes":{"last_analysis_stats":)",
             R"({"malicious":)", malicious, "}}}}"),
      std::move(headers));
}

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(); }
  void Start(bool urls = false, const std::string& key = kKey) {
    ClientOptions options;
    options.base_url = "https://vt.example";
    options.api_key = Secret(key);
    options.urls = urls;
    client_ = std::make_unique<Client>(options, transport_, loop_, clock_, timer_);
  }
  absl::StatusOr<Answer> LookUp(Indicator indicator, milliseconds patience = seconds(30)) {
    return Finish(Begin(std::move(indicator), patience));
  }
  falcon::testing::Running<absl::StatusOr<Answer>> Begin(Indicator indicator,
                                                         milliseconds patience = seconds(30)) {
    const Deadline deadline = Deadline::In(clock_, patience);
    return {loop_, client_->LookUp(std::move(indicator), {caller_, deadline, calls_})};
  }
  absl::StatusOr<Answer> Finish(falcon::testing::Running<absl::StatusOr<Answer>> running) {
    absl::StatusOr<Answer> answer = *running.Get();
    EXPECT_THAT(answer.status().ToString(), ::testing::Not(::testing::HasSubstr("canary")))
        << "the key got out";
    return answer;
  }
  // Waits until `holds` is true on the loop, which is at work meanwhile.
  template <class Predicate>
  void Until(Predicate holds) {
    bool held = false;
    while (!held) falcon::testing::OnLoop(loop_, [&] { held = holds(); });
  }
  size_t sent() {
    size_t count = 0;
    falcon::testing::OnLoop(loop_, [&] { count = transport_.requests().size(); });
    return count;
  }
  size_t Slept() {
    size_t count = 0;
    falcon::testing::OnLoop(loop_, [&] { count = timer_.slept().size(); });
    return count;
  }
  void SpendAMinute() {
    for (int i = 0; i < 4; ++i) EXPECT_THAT(LookUp(DomainOf(100 + i)), falcon::testing::IsOk());
  }

  falcon::testing::FakeClock clock_;
  runtime::Loop loop_{"loop"};
  falcon::testing::FakeTimer timer_{loop_, clock_};
  falcon::testing::FakeTransport transport_;
  std::unique_ptr<Client> client_;
  std::string caller_ = "metadata:a";
  std::shared_ptr<int> calls_ = std::make_shared<int>(0);
};

TEST_F(ClientTest, SendsTheKeyOnlyInItsHeader) {
  transport_.Answer("GET https://vt.example/api/v3/domains/d1.example", Found());
  const auto answer = LookUp(DomainOf(1));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Judge(*answer->report), Verdict::kMalicious);
  EXPECT_EQ(answer->age, seconds(0));
  ASSERT_EQ(sent(), 1U);
  const http::HttpRequest& request = transport_.requests().front();
  EXPECT_EQ(request.method, http::Method::kGet);
  EXPECT_EQ(request.authorization_header, "x-apikey");
  EXPECT_EQ(request.authorization.Reveal(), kKey);
  EXPECT_TRUE(request.body.empty());
  EXPECT_THAT(request.url, Not(HasSubstr(kKey)));
  for (const auto& [name, value] : request.headers) EXPECT_THAT(value, Not(HasSubstr(kKey)));
  EXPECT_EQ(*calls_, 1);
  EXPECT_EQ(client_->calls(), 1);
}

TEST_F(ClientTest, WithoutAKeyNothingIsSent) {
  Start(false, "");
  EXPECT_FALSE(client_->configured());
  EXPECT_THAT(LookUp(DomainOf(1)),
              FailsWith(StatusCode::kFailedPrecondition, "REPUTATION_KEY_MISSING",
                        HasSubstr("VIRUSTOTAL_API_KEY")));
  EXPECT_EQ(sent(), 0U);
}

TEST_F(ClientTest, UrlsAreSentOnlyWhereAllowed) {
  const Indicator url{Kind::kUrl, "http://e.example/?token=1"};
  EXPECT_THAT(LookUp(url), FailsWith(StatusCode::kInvalidArgument, "INDICATOR_INVALID"));
  EXPECT_EQ(sent(), 0U);
  Start(true);
  transport_.Answer("/api/v3/urls/aHR0cDovL2UuZXhhbXBsZS8_dG9rZW49MQ",
                    Response(200, R"({"data":{"type":"url","id":"x","attributes":{}}})"));
  EXPECT_THAT(LookUp(url), IsOk());
}

TEST_F(ClientTest, ReportIsCachedForAnHour) {
  transport_.Answer("d1", Found(), 2);
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  clock_.Advance(seconds(3599));
  const auto again = LookUp(DomainOf(1));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->age, seconds(3599));
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(*calls_, 1);
  clock_.Advance(seconds(1));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(sent(), 2U);
}

TEST_F(ClientTest, UnknownIsCachedForTenMinutes) {
  transport_.Answer("d1", Response(404, kUnknownBody), 2);
  const auto answer = LookUp(DomainOf(1));
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->report->known);
  EXPECT_EQ(Judge(*answer->report), Verdict::kUnknown);
  clock_.Advance(seconds(599));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(sent(), 1U);
  clock_.Advance(seconds(1));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(sent(), 2U);
}

TEST_F(ClientTest, ErrorsAreNotCached) {
  transport_.Answer("d1", Response(401, "{}"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)),
              FailsWith(StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"));
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
}

TEST_F(ClientTest, ServerErrorIsTriedOnceMore) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(503, "{}"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(*calls_, 2);
  transport_.Answer("d2", Response(500, "{}"), 5);
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, BrokenConnectionIsTriedOnceMoreAndTlsErrorIsNot) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Error(StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "reset"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  transport_.Answer("d2", Error(StatusCode::kFailedPrecondition, "UPSTREAM_TLS", "no trust"), 5);
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
  EXPECT_EQ(sent(), 3U);
}

TEST_F(ClientTest, WithoutATurnForARetryTheFirstErrorIsReturned) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Found());
  for (int i = 0; i < 3; ++i) transport_.Answer(StrCat("d10", i), Found());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(LookUp(DomainOf(100 + i)), IsOk());
  transport_.Answer("d5", Response(503, "{}"), 5);
  EXPECT_THAT(LookUp(DomainOf(5)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, RetryAfterOfA429IsHonoured) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(429, kQuotaBody, {{"Retry-After", "7"}}));
  transport_.Answer("d1", Found());
  const SteadyTime before = clock_.Now();
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(clock_.Now() - before, seconds(7));
}

TEST_F(ClientTest, CooldownPastDeadlineFailsLookUpsAtOnce) {
  transport_.Answer("d1", Response(429, kQuotaBody, {{"Retry-After", "50"}}));
  timer_.AdvanceByItself();
  const auto first = LookUp(DomainOf(1));
  EXPECT_THAT(first, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  ASSERT_TRUE(RetryAfter(first.status()).has_value());
  const auto other = LookUp(DomainOf(2));
  EXPECT_THAT(other, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_EQ(Metadata(other.status())["quota"], "cooldown");
  EXPECT_EQ(sent(), 1U);
}

TEST_F(ClientTest, CooldownWithoutAHeaderDoublesFromAMinute) {
  timer_.AdvanceByItself();
  transport_.Answer("GET", Response(429, kQuotaBody), 3);
  transport_.Answer("GET", Found(), 9);
  EXPECT_THAT(LookUp(DomainOf(1), seconds(30)), Not(IsOk()));
  OnLoop(loop_, [&] { EXPECT_GT(client_->quota().cooldown, seconds(60)); });
  const auto second = LookUp(DomainOf(1), seconds(300));
  EXPECT_THAT(second, FailsWith(StatusCode::kResourceExhausted, "REPUTATION_QUOTA"));
  EXPECT_GT(*RetryAfter(second.status()), seconds(180)) << "61, 122, 244";
  EXPECT_THAT(LookUp(DomainOf(1), seconds(300)), IsOk());
}

TEST_F(ClientTest, MalformedBodiesFailOnlyTheirLookUp) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(200, std::string(100'000, '{')), 2);
  transport_.Answer("d2", Response(200, "<html>log in: canary-key</html>"), 2);
  transport_.Answer("d3", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
  EXPECT_THAT(LookUp(DomainOf(3)), IsOk());
}

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

// What VirusTotal and the way to it can do wrong, and what becomes of a look-up then.
#include "tests/unit/reputation/client_fixture.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using falcon::testing::OnLoop;
using falcon::testing::Response;
using ::testing::Not;

TEST_F(ClientTest, AFailureOfTheServerIsTriedOnceMore) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(503, "{}"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(*calls_, 2);
  transport_.Answer("d2", Response(500, "{}"), 5);
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, ABrokenConnectionIsTriedOnceMoreAndARefusedCertificateIsNot) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Error(StatusCode::kUnavailable, "UPSTREAM_CONNECTION", "reset"));
  transport_.Answer("d1", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  transport_.Answer("d2", Error(StatusCode::kFailedPrecondition, "UPSTREAM_TLS", "no trust"), 5);
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
  EXPECT_EQ(sent(), 3U);
}

TEST_F(ClientTest, WhereASecondTryHasNoTurnTheFirstFailureIsTold) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Found());
  for (int i = 0; i < 3; ++i) transport_.Answer(StrCat("d10", i), Found());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(LookUp(DomainOf(100 + i)), IsOk());
  transport_.Answer("d5", Response(503, "{}"), 5);
  EXPECT_THAT(LookUp(DomainOf(5)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_EQ(sent(), 4U);
}

TEST_F(ClientTest, A429IsWaitedOutAsItsHeaderSays) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(429, kQuotaBody, {{"Retry-After", "7"}}));
  transport_.Answer("d1", Found());
  const SteadyTime before = clock_.Now();
  EXPECT_THAT(LookUp(DomainOf(1)), IsOk());
  EXPECT_EQ(clock_.Now() - before, seconds(7));
}

TEST_F(ClientTest, A429PastTheDeadlineFailsNowForEverybody) {
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

TEST_F(ClientTest, A429WithoutAHeaderPausesAMinuteAndLongerEachTimeInARow) {
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

TEST_F(ClientTest, HostileBodiesFailTheLookUpAndNothingElse) {
  timer_.AdvanceByItself();
  transport_.Answer("d1", Response(200, std::string(100'000, '{')), 2);
  transport_.Answer("d2", Response(200, "<html>log in: canary-key</html>"), 2);
  transport_.Answer("d3", Found());
  EXPECT_THAT(LookUp(DomainOf(1)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
  EXPECT_THAT(LookUp(DomainOf(2)), FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
  EXPECT_THAT(LookUp(DomainOf(3)), IsOk());
}

}  // namespace
}  // namespace falcon::reputation

// Where look-ups at VirusTotal end: no key, a wrong key, a spent quota, faults.
#include <gmock/gmock.h>

#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/reputation_journey.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;
using Check = v1::CheckIocsRequest;

TEST(Reputation, WithoutAKeyTheMessageSaysHowToSetOneAndNobodyIsAsked) {
  World world({{"--alerts", "50"}});
  Check check;
  check.add_ids(std::string(64, 'a'));
  for (const grpc::Status& status :
       {Ask(world, Values({kStoryDomain})).status, Ask(world, check).status}) {
    EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(Details(status).info.reason(), "REPUTATION_KEY_MISSING");
    EXPECT_THAT(status.error_message(), HasSubstr("VIRUSTOTAL_API_KEY"));
    EXPECT_THAT(status.error_message(), HasSubstr("--virustotal-api-key-file"));
  }
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_FALSE(Ask(world, v1::GetStatusRequest())->reputation().configured());
}

TEST(Reputation, AKeyThatIsRefusedIsTheOperatorsMatter) {
  WorldOptions options = WithKey();
  options.environment["VIRUSTOTAL_API_KEY"] = "another-canary";
  World world(options);
  const grpc::Status status = Ask(world, Values({kStoryDomain})).status;
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Details(status).info.reason(), "REPUTATION_KEY_REFUSED");
  EXPECT_THAT(status.error_message(), HasSubstr("VIRUSTOTAL_API_KEY"));
  EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr("canary")));
  EXPECT_THAT(world.gateway_program().Log(), Not(HasSubstr("canary")));
}

TEST(Reputation, ASpentQuotaFailsAtOnceWithTheTimeToComeBack) {
  World world(WithKey());
  EXPECT_EQ(Ask(world, Values({"a.example", "b.example", "c.example"}))->virustotal_calls(), 3);
  // One turn is left for two values that are not kept.
  const auto some = Ask(world, Values({"a.example", kStoryDomain, kStoryAddress}), seconds(20));
  ASSERT_TRUE(some.status.ok()) << some.status.error_message();
  EXPECT_EQ(some->reputations_size(), 2);
  ASSERT_EQ(some->missing_size(), 1);
  EXPECT_EQ(some->missing(0).code(), 429);
  EXPECT_THAT(some->missing(0).message(), HasSubstr("4 look-ups a minute"));
  EXPECT_GT(some->retry_after().seconds(), 20);
  EXPECT_LE(some->retry_after().seconds(), 61);
  const auto none = Ask(world, Values({kStoryHash}), seconds(20));
  EXPECT_EQ(none.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  const Details details(none.status);
  EXPECT_EQ(details.info.reason(), "REPUTATION_QUOTA");
  EXPECT_EQ(details.info.metadata().at("quota"), "minute");
  ASSERT_TRUE(details.has_retry);
  EXPECT_GT(details.retry.retry_delay().seconds(), 20);
  EXPECT_TRUE(none.trailers.contains("grpc-retry-pushback-ms"));
  EXPECT_EQ(LookUps(world), 4);
  const auto status = Ask(world, v1::GetStatusRequest());
  EXPECT_TRUE(status->reputation().configured());
  EXPECT_EQ(status->reputation().per_minute(), 4);
  EXPECT_EQ(status->reputation().minute_remaining(), 0);
  EXPECT_EQ(status->reputation().per_day(), 500);
  EXPECT_EQ(status->reputation().day_remaining(), 496);
  EXPECT_EQ(status->reputation().calls(), 4);
}

TEST(Reputation, TheDaysQuotaIsNamedToo) {
  World world(WithKey({{}, {"--virustotal-per-minute=100", "--virustotal-per-day=1"}}));
  EXPECT_TRUE(Ask(world, Values({kStoryDomain})).status.ok());
  const grpc::Status status = Ask(world, Values({kStoryHash}), seconds(5)).status;
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Details(status).info.metadata().at("quota"), "day");
  EXPECT_TRUE(Details(status).has_retry);
}

TEST(Reputation, VirusTotalsOwn429MakesEverybodyPause) {
  World world(WithKey());
  world.Fault({{"kind", "status"},
               {"path", "/api/v3/"},
               {"code", 429},
               {"headers", {{"Retry-After", "90"}}}});
  const grpc::Status first = Ask(world, Values({kStoryDomain}), seconds(20)).status;
  EXPECT_EQ(first.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(Details(first).retry.retry_delay().seconds(), 80);
  const grpc::Status other = Ask(world, Values({kStoryHash}), seconds(20)).status;
  EXPECT_EQ(Details(other).info.metadata().at("quota"), "cooldown");
  EXPECT_EQ(LookUps(world), 1);
}

TEST(Reputation, FaultsOfVirusTotalTouchNoCallToFalcon) {
  World world(WithKey());
  world.Fault({{"kind", "status"}, {"path", "/api/v3/"}, {"code", 503}, {"times", 2}});
  const grpc::Status failed = Ask(world, Values({kStoryDomain})).status;
  EXPECT_EQ(failed.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Details(failed).info.metadata().at("http_status"), "503");
  EXPECT_EQ(LookUps(world), 2) << "tried once more";
  for (const char* kind : {"html", "malformed_json", "reset", "oversize", "deep_json"}) {
    world.ClearFaults();
    world.Fault({{"kind", kind}, {"path", "/api/v3/"}, {"times", 0}});
    EXPECT_FALSE(Ask(world, Values({kStoryHash}), seconds(10)).status.ok()) << kind;
  }
  EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
}

TEST(Reputation, AnswersThatCameInTimeAreNotLostByOneThatDoesNot) {
  World world(WithKey());
  world.Fault({{"kind", "stall"}, {"path", "/api/v3/domains/slow.example"}});
  const auto answer = Ask(world, Values({kStoryHash, "slow.example"}), seconds(2));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer->reputations_size(), 1);
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), "slow.example");
  EXPECT_EQ(answer->missing(0).code(), 504);
}

}  // namespace
}  // namespace falcon::e2e

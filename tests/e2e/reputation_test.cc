// ReputationService: values and Falcon's IOCs, judged by a simulated VirusTotal, and where that ends:
// no key, a wrong key, a spent quota, faults.
#include "tests/e2e/reputation.h"

#include <gmock/gmock.h>

namespace falcon::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Check = v1::CheckIocsRequest;

// Domains of the simulated VirusTotal with this verdict.
std::string DomainThatIs(World& world, v1::ReputationVerdict verdict) {
  std::vector<std::string> domains;
  domains.reserve(100);
  for (int i = 0; i < 100; ++i) domains.push_back("d" + std::to_string(i) + ".example");
  const auto answer = Ask(world, Values(domains));
  for (const v1::Reputation& reputation : answer->reputations()) {
    if (reputation.verdict() == verdict) return reputation.value();
  }
  ADD_FAILURE() << "none is " << v1::ReputationVerdict_Name(verdict);
  return "";
}

TEST(Reputation, StoryValuesAreMaliciousAndComeInTheirOrder) {
  World world(WithKey());
  const auto answer =
      Ask(world, Values({kStoryAddress, "malicious-domain[.]com", kStoryHash, kStorySha1}));
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->reputations_size(), 4);
  EXPECT_EQ(answer->missing_size(), 0);
  EXPECT_EQ(answer->virustotal_calls(), 4);
  EXPECT_FALSE(answer->has_retry_after());
  for (const v1::Reputation& one : answer->reputations()) {
    EXPECT_EQ(one.verdict(), v1::REPUTATION_VERDICT_MALICIOUS) << one.value();
    EXPECT_GE(one.last_analysis_stats().malicious(), 3);
    EXPECT_GT(one.last_analysis_date().seconds(), 0);
    EXPECT_LT(one.reputation(), 0);
    EXPECT_EQ(one.age().seconds(), 0);
  }
  const v1::Reputation& address = answer->reputations(0);
  EXPECT_EQ(address.type(), v1::INDICATOR_TYPE_IPV4);
  EXPECT_FALSE(address.as_owner().empty());
  EXPECT_EQ(address.permalink(), "https://www.virustotal.com/gui/ip-address/203.0.113.42");
  const v1::Reputation& domain = answer->reputations(1);
  EXPECT_EQ(domain.value(), "malicious-domain[.]com") << "as it was asked for";
  EXPECT_EQ(domain.permalink(), "https://www.virustotal.com/gui/domain/malicious-domain.com");
  const v1::Reputation& file = answer->reputations(2);
  EXPECT_EQ(file.meaningful_name(), "svchost.exe");
  EXPECT_EQ(file.type_description(), "Win32 EXE");
  EXPECT_FALSE(file.suggested_threat_label().empty());
  EXPECT_EQ(answer->reputations(3).object_id(), kStoryHash) << "the same file by another hash";
}

TEST(Reputation, UnknownValueIsUndeterminedAndNotHarmless) {
  World world(WithKey({{}, {"--virustotal-per-minute=1000"}}));
  const std::string unknown = DomainThatIs(world, v1::REPUTATION_VERDICT_UNDETERMINED);
  const auto answer = Ask(world, Values({unknown}));
  ASSERT_EQ(answer->reputations_size(), 1) << answer.status.error_message();
  EXPECT_EQ(answer->reputations(0).verdict(), v1::REPUTATION_VERDICT_UNDETERMINED);
  EXPECT_FALSE(answer->reputations(0).has_last_analysis_stats());
  EXPECT_FALSE(answer->reputations(0).permalink().empty());
  DomainThatIs(world, v1::REPUTATION_VERDICT_HARMLESS);
  DomainThatIs(world, v1::REPUTATION_VERDICT_SUSPICIOUS);
  EXPECT_EQ(LookUps(world), 100) << "a hundred values once each, however often they are asked for";
}

TEST(Reputation, RepeatedValueCostsNoLookUp) {
  World world(WithKey());
  EXPECT_EQ(Ask(world, Values({kStoryHash, kStoryHash, kStoryDomain}))->virustotal_calls(), 2);
  const auto again = Ask(world, Values({kStoryDomain, kStoryHash}));
  EXPECT_EQ(again->reputations_size(), 2);
  EXPECT_EQ(again->virustotal_calls(), 0);
  EXPECT_EQ(LookUps(world), 2);
}

TEST(Reputation, ValuesThatCannotBeLookedUpSaySoAndTheOthersAreAnswered) {
  World world(WithKey());
  const auto answer = Ask(
      world, Values({"nonsense", kStoryDomain, "192.168.1.100", "https://malicious-domain.com/a"}));
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->reputations_size(), 1);
  ASSERT_EQ(answer->missing_size(), 3);
  EXPECT_EQ(answer->missing(0).id(), "nonsense");
  EXPECT_THAT(answer->missing(1).message(), HasSubstr("private address"));
  EXPECT_THAT(answer->missing(2).message(), HasSubstr("--virustotal-urls"));
  for (const v1::PartialError& missing : answer->missing()) EXPECT_EQ(missing.code(), 400);
  EXPECT_EQ(LookUps(world), 1) << "nothing else left the house";
}

TEST(Reputation, UrlsAreLookedUpWhereTheOperatorAllowsThem) {
  World world(WithKey({{}, {"--virustotal-urls"}}));
  const auto answer = Ask(world, Values({"hxxp://malicious-domain[.]com/a.ps1"}));
  ASSERT_EQ(answer->reputations_size(), 1) << answer.status.error_message();
  EXPECT_EQ(answer->reputations(0).type(), v1::INDICATOR_TYPE_URL);
  EXPECT_EQ(answer->reputations(0).verdict(), v1::REPUTATION_VERDICT_MALICIOUS);
  EXPECT_EQ(world.Calls("GET /api/v3/urls/aHR0cDovL21hbGljaW91cy1kb21haW4uY29tL2EucHMx"), 1);
}

TEST(Reputation, CheckIocsJudgesFalconsIocsByOneCallAndOthersByValue) {
  World world(WithKey());
  const auto listed = Ask(world, Make<v1::ListIocsRequest>("filter { fql: \"value:'" +
                                                           std::string(kStoryDomain) + "'\" }"));
  ASSERT_EQ(listed->iocs_size(), 1) << listed.status.error_message();
  const std::string id = listed->iocs(0).id();
  world.ResetLedger();
  Check request;
  request.add_ids(id);
  request.add_ids(std::string(64, '0'));
  request.add_iocs()->set_value(kStoryAddress);
  v1::IocValue* wrong = request.add_iocs();
  wrong->set_type(v1::INDICATOR_TYPE_SHA256);
  wrong->set_value("evil.example");
  const auto answer = Ask(world, request);
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->checks_size(), 2);
  EXPECT_EQ(answer->checks(0).ioc_id(), id);
  EXPECT_EQ(answer->checks(0).reputation().value(), kStoryDomain);
  EXPECT_EQ(answer->checks(0).reputation().type(), v1::INDICATOR_TYPE_DOMAIN);
  EXPECT_EQ(answer->checks(0).reputation().verdict(), v1::REPUTATION_VERDICT_MALICIOUS);
  EXPECT_TRUE(answer->checks(1).ioc_id().empty());
  EXPECT_EQ(answer->checks(1).reputation().value(), kStoryAddress);
  ASSERT_EQ(answer->missing_size(), 2);
  EXPECT_EQ(answer->missing(0).id(), std::string(64, '0'));
  EXPECT_EQ(answer->missing(0).code(), 404);
  EXPECT_EQ(answer->missing(1).id(), "evil.example");
  EXPECT_EQ(answer->missing(1).code(), 400);
  EXPECT_EQ(answer->read_info().upstream_calls(), 1);
  EXPECT_EQ(answer->virustotal_calls(), 2);
  EXPECT_EQ(world.Calls("GET /iocs/entities/indicators/v1"), 1);
  EXPECT_EQ(LookUps(world), 2);
}

TEST(Reputation, CheckIocsByValueAsksFalconNothing) {
  World world(WithKey());
  Check request;
  request.add_iocs()->set_value(kStoryHash);
  const auto answer = Ask(world, request);
  ASSERT_EQ(answer->checks_size(), 1) << answer.status.error_message();
  EXPECT_EQ(answer->read_info().upstream_calls(), 0);
  EXPECT_EQ(world.Calls(), 1);
  EXPECT_EQ(world.Logins(), 0);
}

TEST(Reputation, CheckIocsNeedsItsScopeForIdsOnly) {
  WorldOptions options = WithKey();
  options.simulator.insert(options.simulator.end(), {"--deny-scope", "IOC Management:read"});
  World world(options);
  Check by_id;
  by_id.add_ids(std::string(64, 'A'));
  const grpc::Status denied = Ask(world, by_id).status;
  EXPECT_THAT(denied, StatusIs(StatusCode::PERMISSION_DENIED));
  EXPECT_THAT(denied, HasFact("required_scopes", "IOC Management:read"));
  Check by_value;
  by_value.add_iocs()->set_value(kStoryDomain);
  EXPECT_TRUE(Ask(world, by_value).status.ok());
}

TEST(Reputation, NothingIsUploadedAndTheKeyAppearsNowhere) {
  World world(WithKey());
  EXPECT_TRUE(
      Ask(world, Values({kStoryDomain, kStoryHash, kStoryAddress, "unknown.example"})).status.ok());
  const Json ledger = world.Ledger();
  EXPECT_EQ(ledger.at("mutating"), 0);
  EXPECT_THAT(ledger.dump(), Not(HasSubstr(kVirusTotalKey)));
  EXPECT_THAT(world.gateway_program().Log(), Not(HasSubstr(kVirusTotalKey)));
}

TEST(Reputation, WithoutAKeyTheMessageSaysHowToSetOneAndNobodyIsAsked) {
  World world({{"--alerts", "50"}});
  Check check;
  check.add_ids(std::string(64, 'a'));
  for (const grpc::Status& status :
       {Ask(world, Values({kStoryDomain})).status, Ask(world, check).status}) {
    EXPECT_THAT(status, StatusIs(StatusCode::FAILED_PRECONDITION));
    EXPECT_THAT(status, HasReason("REPUTATION_KEY_MISSING"));
    EXPECT_THAT(status.error_message(), HasSubstr("VIRUSTOTAL_API_KEY"));
    EXPECT_THAT(status.error_message(), HasSubstr("--virustotal-api-key-file"));
  }
  EXPECT_EQ(world.Calls(), 0);
  EXPECT_FALSE(Ask(world, v1::GetStatusRequest())->reputation().configured());
}

TEST(Reputation, RefusedKeyIsAFailedPrecondition) {
  WorldOptions options = WithKey();
  options.environment["VIRUSTOTAL_API_KEY"] = "another-canary";
  World world(options);
  const grpc::Status status = Ask(world, Values({kStoryDomain})).status;
  EXPECT_THAT(status, StatusIs(StatusCode::FAILED_PRECONDITION));
  EXPECT_THAT(status, HasReason("REPUTATION_KEY_REFUSED"));
  EXPECT_THAT(status.error_message(), HasSubstr("VIRUSTOTAL_API_KEY"));
  EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr("canary")));
  EXPECT_THAT(world.gateway_program().Log(), Not(HasSubstr("canary")));
}

TEST(Reputation, ASpentQuotaFailsAtOnceWithTheTimeToComeBack) {
  World world(WithKey());
  EXPECT_EQ(Ask(world, Values({"a.example", "b.example", "c.example"}))->virustotal_calls(), 3);
  // One turn is left for two values that are not kept.
  const auto some = Ask(world, Values({"a.example", kStoryDomain, kStoryAddress}), seconds(20));
  ASSERT_THAT(some, IsOk());
  EXPECT_EQ(some->reputations_size(), 2);
  ASSERT_EQ(some->missing_size(), 1);
  EXPECT_EQ(some->missing(0).code(), 429);
  EXPECT_THAT(some->missing(0).message(), HasSubstr("4 look-ups a minute"));
  EXPECT_GT(some->retry_after().seconds(), 20);
  EXPECT_LE(some->retry_after().seconds(), 61);
  const auto none = Ask(world, Values({kStoryHash}), seconds(20));
  EXPECT_THAT(none, StatusIs(StatusCode::RESOURCE_EXHAUSTED));
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

TEST(Reputation, SpentQuotaOfTheDayIsNamed) {
  World world(WithKey({{}, {"--virustotal-per-minute=100", "--virustotal-per-day=1"}}));
  EXPECT_TRUE(Ask(world, Values({kStoryDomain})).status.ok());
  const grpc::Status status = Ask(world, Values({kStoryHash}), seconds(5)).status;
  EXPECT_THAT(status, StatusIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_THAT(status, HasFact("quota", "day"));
  EXPECT_TRUE(Details(status).has_retry);
}

TEST(Reputation, Http429OfVirusTotalPausesAllCallers) {
  World world(WithKey());
  world.Fault({{"kind", "status"},
               {"path", "/api/v3/"},
               {"code", 429},
               {"headers", {{"Retry-After", "90"}}}});
  const grpc::Status first = Ask(world, Values({kStoryDomain}), seconds(20)).status;
  EXPECT_THAT(first, StatusIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_GT(Details(first).retry.retry_delay().seconds(), 80);
  const grpc::Status other = Ask(world, Values({kStoryHash}), seconds(20)).status;
  EXPECT_THAT(other, HasFact("quota", "cooldown"));
  EXPECT_EQ(LookUps(world), 1);
}

TEST(Reputation, FaultsOfVirusTotalTouchNoCallToFalcon) {
  World world(WithKey());
  world.Fault({{"kind", "status"}, {"path", "/api/v3/"}, {"code", 503}, {"times", 2}});
  const grpc::Status failed = Ask(world, Values({kStoryDomain})).status;
  EXPECT_THAT(failed, StatusIs(StatusCode::UNAVAILABLE));
  EXPECT_THAT(failed, HasFact("http_status", "503"));
  EXPECT_EQ(LookUps(world), 2) << "tried once more";
  for (const char* kind : {"html", "malformed_json", "reset", "oversize", "deep_json"}) {
    world.ClearFaults();
    world.Fault({{"kind", kind}, {"path", "/api/v3/"}, {"times", 0}});
    EXPECT_FALSE(Ask(world, Values({kStoryHash}), seconds(10)).status.ok()) << kind;
  }
  EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
}

TEST(Reputation, AnswersInTimeAreKeptWhenOneIsLate) {
  World world(WithKey());
  world.Fault({{"kind", "stall"}, {"path", "/api/v3/domains/slow.example"}});
  const auto answer = Ask(world, Values({kStoryHash, "slow.example"}), seconds(2));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->reputations_size(), 1);
  ASSERT_EQ(answer->missing_size(), 1);
  EXPECT_EQ(answer->missing(0).id(), "slow.example");
  EXPECT_EQ(answer->missing(0).code(), 504);
}

}  // namespace
}  // namespace falcon::e2e

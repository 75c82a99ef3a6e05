// Journeys through ReputationService: values and Falcon's IOCs, judged by a simulated VirusTotal.
#include <gmock/gmock.h>

#include "tests/e2e/calls/iocs.h"
#include "tests/e2e/reputation_journey.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
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

TEST(Reputation, TheStorysValuesAreMaliciousAndToldInTheirOrder) {
  World world(WithKey());
  const auto answer =
      Ask(world, Values({kStoryAddress, "malicious-domain[.]com", kStoryHash, kStorySha1}));
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
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

TEST(Reputation, UnknownIsSaidAndIsNotClean) {
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

TEST(Reputation, ASecondQuestionCostsNothing) {
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
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
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
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
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
  EXPECT_EQ(denied.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Details(denied).info.metadata().at("required_scopes"), "IOC Management:read");
  Check by_value;
  by_value.add_iocs()->set_value(kStoryDomain);
  EXPECT_TRUE(Ask(world, by_value).status.ok());
}

TEST(Reputation, NothingIsUploadedAndTheKeyIsNowhereToBeSeen) {
  World world(WithKey());
  EXPECT_TRUE(
      Ask(world, Values({kStoryDomain, kStoryHash, kStoryAddress, "unknown.example"})).status.ok());
  const Json ledger = world.Ledger();
  EXPECT_EQ(ledger.at("mutating"), 0);
  EXPECT_THAT(ledger.dump(), Not(HasSubstr(kVirusTotalKey)));
  EXPECT_THAT(world.gateway_program().Log(), Not(HasSubstr(kVirusTotalKey)));
}

}  // namespace
}  // namespace falcon::e2e

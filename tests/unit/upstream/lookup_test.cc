// Look-ups by id: chunks, order, what happened to each missing id, and texts that are too long.
#include "upstream/lookup/lookup.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/unit/upstream/upstream_fixture.h"
#include "upstream/lookup/record_fields.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Json = nlohmann::json;

std::string Hosts(const std::vector<std::string>& ids, const Json& errors = Json::array()) {
  Json answer = {{"meta", {{"trace_id", "t"}}}, {"errors", errors}, {"resources", Json::array()}};
  for (const std::string& id : ids) {
    answer["resources"].push_back({{"device_id", id}, {"hostname", StrCat("host-", id)}});
  }
  return answer.dump();
}

class LookupTest : public UpstreamTest {
 protected:
  LookupTest() {
    timer.AdvanceByItself();
    plan.operation = &operation::kPostDeviceDetails;
    plan.decoder = &decoder;
    plan.id_field = v1::Host::descriptor()->FindFieldByName("device_id");
  }

  void Script(int status, const std::string& body, int times = 1) {
    transport.Answer("devices", Response(status, body), times);
  }
  absl::Status LookUpHosts(std::vector<std::string> ids) {
    return Await(loop, LookupInto({client, reading, reading, clock}, plan, std::move(ids), answer,
                                  "hosts", report));
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const v1::Host& host : answer.hosts()) names.push_back(host.hostname());
    return names;
  }
  // "id code" of each.
  std::vector<std::string> Missing() const {
    std::vector<std::string> missing;
    for (const auto& entry : answer.missing())
      missing.push_back(StrCat(entry.id(), " ", entry.code()));
    return missing;
  }
  // Ids in each call.
  std::vector<size_t> Sizes() const {
    std::vector<size_t> sizes;
    for (const auto& request : transport.requests()) {
      sizes.push_back(Json::parse(request.body)["ids"].size());
    }
    return sizes;
  }

  const json::Decoder decoder{v1::Host::descriptor()};
  Operation narrow = operation::kPostDeviceDetails;
  LookupPlan plan{};
  TestCall reading{In(seconds(60))};
  v1::BatchGetHostsResponse answer;
  json::DecodeReport report;
};

TEST_F(LookupTest, RecordsComeInTheOrderOfTheIdsWhateverFalconsOrder) {
  Script(200, Hosts({"c", "a", "b"}));
  EXPECT_THAT(LookUpHosts({"a", "b", "c"}), IsOk());
  EXPECT_THAT(Names(), ElementsAre("host-a", "host-b", "host-c"));
  EXPECT_THAT(Missing(), IsEmpty());
  EXPECT_EQ(reading.upstream_calls, 1);
}

TEST_F(LookupTest, ARepeatedIdIsSentOnceAndAnsweredOnce) {
  Script(200, Hosts({"a", "b"}));
  EXPECT_THAT(LookUpHosts({"b", "a", "b", "b"}), IsOk());
  EXPECT_THAT(Names(), ElementsAre("host-b", "host-a"));
  EXPECT_THAT(Sizes(), ElementsAre(2));
}

TEST_F(LookupTest, IdsGoOutInChunksThatFalconAccepts) {
  narrow.max_ids = 2;
  plan.operation = &narrow;
  Script(200, Hosts({"a", "b"}));
  Script(200, Hosts({"d", "c"}));
  Script(200, Hosts({"e"}));
  EXPECT_THAT(LookUpHosts({"a", "b", "c", "d", "e"}), IsOk());
  EXPECT_THAT(Names(), ElementsAre("host-a", "host-b", "host-c", "host-d", "host-e"));
  EXPECT_THAT(Sizes(), ElementsAre(2, 2, 1));
}

TEST_F(LookupTest, ATooLargeRequestIsHalvedDownToOneId) {
  Script(413, "", 2);
  Script(200, Hosts({"a"}));
  Script(200, Hosts({"b"}));
  Script(200, Hosts({"c"}));
  Script(200, Hosts({"d"}));
  EXPECT_THAT(LookUpHosts({"a", "b", "c", "d"}), IsOk());
  EXPECT_THAT(Sizes(), ElementsAre(4, 2, 1, 1, 1, 1));
  EXPECT_THAT(Names(), ElementsAre("host-a", "host-b", "host-c", "host-d"));
}

// Of 8 ids one is refused: the first half is taken, so that the other half is split unasked.
TEST_F(LookupTest, ARefusedLookUpIsBisectedToTheIdThatIsToBlame) {
  Script(400, R"({"meta":{},"errors":[{"code":400,"message":"bad id"}]})");
  Script(200, Hosts({"a", "b", "c", "d"}));
  Script(200, Hosts({"e", "f"}));
  Script(400, R"({"meta":{},"errors":[{"code":400,"message":"bad id"}]})");
  Script(200, Hosts({"h"}));
  EXPECT_THAT(LookUpHosts({"a", "b", "c", "d", "e", "f", "g", "h"}), IsOk());
  EXPECT_THAT(Sizes(), ElementsAre(8, 4, 2, 1, 1));
  EXPECT_THAT(Names(),
              ElementsAre("host-a", "host-b", "host-c", "host-d", "host-e", "host-f", "host-h"));
  ASSERT_EQ(answer.missing_size(), 1);
  EXPECT_EQ(answer.missing(0).id(), "g");
  EXPECT_EQ(answer.missing(0).code(), 400);
}

TEST_F(LookupTest, A404ForSeveralIdsIsNoAbsenceOfAnyOfThem) {
  Script(404, R"({"meta":{},"errors":[{"code":404,"message":"not found"}]})");
  Script(404, R"({"meta":{},"errors":[{"code":404,"message":"not found"}]})");
  Script(200, Hosts({"b"}));
  EXPECT_THAT(LookUpHosts({"a", "b"}), IsOk());
  EXPECT_THAT(Names(), ElementsAre("host-b"));
  ASSERT_EQ(answer.missing_size(), 1);
  EXPECT_EQ(answer.missing(0).id(), "a");
  EXPECT_EQ(answer.missing(0).code(), 404);
}

TEST_F(LookupTest, BisectingEndsAfterSixteenCallsAndLeavesTheRestUnavailable) {
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back("id-" + std::to_string(i));
  Script(400, R"({"meta":{},"errors":[{"code":400,"message":"bad id"}]})", 100);
  EXPECT_THAT(LookUpHosts(ids), IsOk());
  EXPECT_EQ(Sizes().size(), 17U);
  int left = 0;
  for (const v1::PartialError& error : answer.missing()) left += error.code() == 503 ? 1 : 0;
  EXPECT_GT(left, 0);
  EXPECT_EQ(answer.missing_size(), 100);
}

TEST_F(LookupTest, A403IsTheWholeCallsAndIsNotBisected) {
  Script(403, R"({"meta":{},"errors":[{"code":403,"message":"no scope"}]})");
  EXPECT_THAT(LookUpHosts({"a", "b", "c"}),
              FailsWith(absl::StatusCode::kPermissionDenied, "SCOPE_MISSING"));
  EXPECT_THAT(Sizes(), ElementsAre(3));
}

TEST_F(LookupTest, OneIdThatIsTooLargeFails) {
  Script(413, "", 9);
  EXPECT_THAT(LookUpHosts({"a", "b"}),
              FailsWith(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"));
  EXPECT_THAT(Sizes(), ElementsAre(2, 1));
}

TEST_F(LookupTest, AnIdThatFalconLeavesOutIsMissingAsNotFound) {
  Script(200, Hosts({"a"}));
  EXPECT_THAT(LookUpHosts({"a", "b", "b"}), IsOk());
  EXPECT_THAT(Names(), ElementsAre("host-a"));
  EXPECT_THAT(Missing(), ElementsAre("b 404"));
}

TEST_F(LookupTest, AnErrorOfItsOwnTellsWhyAnIdIsMissing) {
  Script(200, Hosts({"a"}, Json::array({{{"code", 403}, {"message", "no"}, {"id", "b"}}})));
  EXPECT_THAT(LookUpHosts({"b", "a"}), IsOk());
  EXPECT_THAT(Missing(), ElementsAre("b 403"));
  EXPECT_EQ(answer.missing(0).message(), "no");
}

TEST_F(LookupTest, AnErrorThatNamesTheIdInItsTextCountsToo) {
  Script(200,
         Hosts({"a"}, Json::array({{{"code", 500}, {"message", "Device not read: b2:x-1."}}})));
  EXPECT_THAT(LookUpHosts({"a", "b2:x-1", "c"}), IsOk());
  EXPECT_THAT(Missing(), ElementsAre("b2:x-1 500", "c 404"));
}

TEST_F(LookupTest, AnErrorThatNamesNobodyKeepsTheMissingFromBeingDenied) {
  Script(200, Hosts({"a"}, Json::array({{{"code", 500}, {"message", "one shard failed"}}})));
  EXPECT_THAT(LookUpHosts({"a", "b"}), IsOk());
  EXPECT_THAT(Missing(), ElementsAre("b 500"));
  EXPECT_EQ(reading.errors.size(), 1u);
}

TEST_F(LookupTest, ErrorsForAllIdsAreAnAnswerWithoutRecords) {
  Script(200, Hosts({}, Json::array({{{"code", 404}, {"message", "no"}, {"id", "a"}},
                                     {{"code", 403}, {"message", "no"}, {"id", "b"}}})));
  EXPECT_THAT(LookUpHosts({"a", "b"}), IsOk());
  EXPECT_THAT(Missing(), ElementsAre("a 404", "b 403"));
}

TEST_F(LookupTest, AnErrorWithoutACodeIsAbsenceOnlyWhereItSaysSo) {
  Script(200, Hosts({}, Json::array({{{"message", "internal failure"}, {"id", "a"}},
                                     {{"message", "Resource not found"}, {"id", "b"}}})));
  EXPECT_THAT(LookUpHosts({"a", "b"}), IsOk());
  EXPECT_THAT(Missing(), ElementsAre("a 500", "b 404"));
}

TEST_F(LookupTest, A404OfTheWholeCallMeansThatAllAreMissing) {
  Script(404, R"({"errors":[{"code":404,"message":"not found"}],"resources":[]})");
  EXPECT_THAT(LookUpHosts({"a", "b"}), IsOk());
  EXPECT_THAT(Missing(), ElementsAre("a 404", "b 404"));
}

TEST_F(LookupTest, ARetiredEndpointIsNoMissingRecord) {
  Script(404, "");
  EXPECT_THAT(LookUpHosts({"a"}), FailsWith(StatusCode::kUnimplemented, "ENDPOINT_RETIRED"));
}

TEST_F(LookupTest, AFailedChunkFailsTheLookUp) {
  narrow.max_ids = 1;
  plan.operation = &narrow;
  Script(200, Hosts({"a"}));
  Script(403, R"({"errors":[{"code":403,"message":"access denied"}]})");
  EXPECT_THAT(LookUpHosts({"a", "b", "c"}),
              FailsWith(StatusCode::kPermissionDenied, "SCOPE_MISSING"));
  EXPECT_EQ(reading.upstream_calls, 2);
}

TEST_F(LookupTest, TheIdIsReadThoughNotSelectedAndTakenBack) {
  google::protobuf::FieldMask mask;
  mask.add_paths("hostname");
  plan.options.selection = *json::FieldSelection::FromMask(mask, v1::Host::descriptor());
  Script(200, Hosts({"b", "a"}));
  EXPECT_THAT(LookUpHosts({"a", "b"}), IsOk());
  EXPECT_THAT(Names(), ElementsAre("host-a", "host-b"));
  EXPECT_TRUE(answer.hosts(0).device_id().empty());
}

TEST_F(LookupTest, ARecordWithoutAnIdIsSkippedAndCounted) {
  Script(200, R"({"resources":[{"hostname":"x"},7,{"device_id":"a","hostname":"host-a"}]})");
  EXPECT_THAT(LookUpHosts({"a"}), IsOk());
  EXPECT_THAT(Names(), ElementsAre("host-a"));
  EXPECT_EQ(report.skipped_records, 2);
  EXPECT_EQ(report.fields.at("Host").count, 2);
  EXPECT_EQ(report.fields.at("Host").example, R"({"hostname":"x"})");
}

TEST_F(LookupTest, AGetHasItsIdsInTheQueryAfterOtherParameters) {
  plan.operation = &operation::kOnlineState;
  plan.query = {{"x", "1"}};
  Script(200, Hosts({}));
  EXPECT_THAT(LookUpHosts({"a", "b"}), IsOk());
  EXPECT_EQ(transport.requests().at(0).url, "/devices/entities/online-state/v1?x=1&ids=a&ids=b");
}

TEST_F(LookupTest, NoIdsCostNoCall) {
  EXPECT_THAT(LookUpHosts({}), IsOk());
  EXPECT_TRUE(transport.requests().empty());
}

TEST(FitTextsTest, AMessageThatFitsStaysAsItIs) {
  v1::Host host;
  host.set_hostname(std::string(1000, 'h'));
  const v1::Host before = host;

  CallStats stats;
  FitTexts(host, host.ByteSizeLong(), "id", stats);

  EXPECT_TRUE(stats.notes.empty());
  EXPECT_TRUE(MessageDifferencer::Equals(host, before));
}

TEST(FitTextsTest, TheLongestTextsAreCutToEqualLengthsAndNamed) {
  v1::Host host;
  host.set_device_id("0123");
  host.set_hostname(std::string(5000, 'h'));
  host.add_tags("short");
  host.add_tags(std::string(9000, 't'));

  CallStats stats;
  FitTexts(host, 4000, "0123", stats);
  const std::vector<Note>& notes = stats.notes;

  EXPECT_LE(host.ByteSizeLong(), 4000U);
  EXPECT_GT(host.ByteSizeLong(), 3900U);
  EXPECT_EQ(host.hostname().size(), host.tags(1).size());
  EXPECT_EQ(host.tags(0), "short");
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].reason, "TEXT_TRUNCATED");
  EXPECT_EQ(notes[0].field, "tags[1]");
  EXPECT_EQ(notes[0].id, "0123");
  EXPECT_THAT(notes[0].message, HasSubstr("9000"));
  EXPECT_EQ(notes[1].field, "hostname");
}

TEST(FitTextsTest, CutsBetweenCharactersAndEndsWithAnEllipsis) {
  for (const size_t most : {200U, 201U, 202U, 203U}) {
    v1::Host host;
    for (int i = 0; i < 300; ++i) host.mutable_hostname()->append("\xE2\x82\xAC");

    CallStats stats;
    FitTexts(host, most, "id", stats);

    EXPECT_LE(host.ByteSizeLong(), most);
    EXPECT_EQ(host.hostname().size() % 3, 0U) << "whole characters of three bytes";
    EXPECT_TRUE(host.hostname().ends_with("\xE2\x80\xA6"));
  }
}

TEST(FitTextsTest, TextsBelowOthersAreFoundByTheirPath) {
  v1::ListHostsResponse answer;
  answer.add_hosts();
  answer.add_hosts()->set_hostname(std::string(9000, 'h'));
  (*answer.mutable_hosts(1)->mutable_additional_fields()->mutable_fields())["deep"]
      .set_string_value(std::string(20'000, 'd'));

  CallStats stats;
  FitTexts(answer, 5000, "", stats);
  const std::vector<Note>& notes = stats.notes;

  EXPECT_LE(answer.ByteSizeLong(), 5000U);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_THAT(notes[0].field, HasSubstr("hosts[1].additional_fields"));
  EXPECT_EQ(notes[1].field, "hosts[1].hostname");
  EXPECT_TRUE(answer.hosts(1).additional_fields().fields().contains("deep"));
}

}  // namespace
}  // namespace falcon::upstream

// Incidents by the numbers that people use, and their attachments.
#include <gmock/gmock.h>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "rpc/services/incident_references.h"
#include "tests/unit/rpc/served_fixture.h"

namespace falcon::rpc {
namespace {

using ::testing::HasSubstr;

class IncidentReferencesTest : public ServedTest<NewIncidentService, v1::IncidentService> {
 protected:
  static constexpr char kQuery[] = "/cases/queries/cases/v1";
  static constexpr char kCases[] = "/cases/entities/cases/v2";

  grpc::Status Get(const std::string& id) {
    v1::GetIncidentRequest request;
    request.set_id(id);
    request.mutable_read_mask()->add_paths("name");
    grpc::ClientContext context;
    one.Clear();
    return stub->GetIncident(&context, request, &one);
  }
  grpc::Status BatchGet(const std::vector<std::string>& ids) {
    v1::BatchGetIncidentsRequest request;
    for (const std::string& id : ids) request.add_ids(id);
    request.mutable_read_mask()->add_paths("id");
    grpc::ClientContext context;
    many.Clear();
    return stub->BatchGetIncidents(&context, request, &many);
  }
  v1::GetIncidentResponse one;
  v1::BatchGetIncidentsResponse many;
};

TEST_F(IncidentReferencesTest, RecognizesReferenceIds) {
  for (const char* id : {"SIM-0025", "abc-1", "A1B2-99"}) EXPECT_TRUE(IsReferenceId(id)) << id;
  for (const char* id : {"", "SIM", "SIM-", "-25", "SIM-0025-1", "1SIM-25", "SIM-25x", "SIM 25",
                         "0f8b7c1e-1234-5678-abcd-ef0123456789"}) {
    EXPECT_FALSE(IsReferenceId(id)) << id;
  }
}

TEST_F(IncidentReferencesTest, ResolvesInAnyLetterCase) {
  Script(kQuery, R"({"meta":{},"resources":["c1","c2"]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c1","reference_id":"SIM-00255"},)"
                 R"({"id":"c2","reference_id":"SIM-0025"}]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c2","name":"the case"}]})");
  ASSERT_TRUE(Ok(Get("sim-0025")));
  EXPECT_EQ(one.incident().name(), "the case");
  EXPECT_THAT(Url(0), HasSubstr("sim-0025"));
  EXPECT_THAT(Url(0), HasSubstr("SIM-0025"));
}

TEST_F(IncidentReferencesTest, ReportsUnknownReferenceByItsName) {
  Script(kQuery, R"({"meta":{},"resources":[]})");
  const grpc::Status status = Get("SIM-9999");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("SIM-9999"));
}

TEST_F(IncidentReferencesTest, MakesNoCallForOpaqueIds) {
  Script(kCases, R"({"meta":{},"resources":[{"id":"0f8b7c1e-1234","name":"x"}]})");
  EXPECT_TRUE(Get("0f8b7c1e-1234").ok());
  EXPECT_EQ(transport.requests().size(), 1U);
}

TEST_F(IncidentReferencesTest, KeepsOrderAndNamesMissingInBatch) {
  Script(kQuery, R"({"meta":{},"resources":["c2"]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c2","reference_id":"SIM-2"}]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c1"},{"id":"c2"}]})");
  ASSERT_TRUE(Ok(BatchGet({"c1", "SIM-2", "SIM-3"})));
  ASSERT_EQ(many.incidents_size(), 2);
  EXPECT_EQ(many.incidents(1).id(), "c2");
  ASSERT_EQ(many.missing_size(), 1);
  EXPECT_EQ(many.missing(0).id(), "SIM-3");
}

// `count` files from number `first` on; `pagination`: what goes into it.
std::string Files(int first, int count, std::string_view pagination = "") {
  std::string files;
  for (int i = first; i < first + count; ++i) {
    files += StrCat(files.empty() ? "" : ",", R"({"id":"f)", i, R"(","name":"n"})");
  }
  return StrCat(R"({"meta":{"pagination":{)", pagination, R"(}},"errors":[],"resources":[)", files,
                "]}");
}

class AttachmentsTest : public ServedTest<NewIncidentService, v1::IncidentService> {
 protected:
  void Page(std::string_view body) { Script("file-details", body); }
  v1::GetIncidentAttachmentsResponse Ask() {
    v1::GetIncidentAttachmentsRequest request;
    request.set_id("0f8b7c1e");
    v1::GetIncidentAttachmentsResponse answer;
    grpc::ClientContext context;
    EXPECT_TRUE(Ok(stub->GetIncidentAttachments(&context, request, &answer)));
    return answer;
  }
};

TEST_F(AttachmentsTest, DropsRepeatedFilesAndKeepsFilesWithoutId) {
  Page(R"({"meta":{"pagination":{"total":5}},"errors":[],"resources":[
      {"name":"a"},{"name":"b"},{"id":"x","name":"c"}]})");
  Page(R"({"meta":{"pagination":{"total":5}},"errors":[],"resources":[
      {"id":"x","name":"c"},{"name":"d"}]})");
  const auto answer = Ask();
  ASSERT_EQ(answer.attachments_size(), 4);
  EXPECT_EQ(answer.attachments(1).name(), "b");
  EXPECT_EQ(answer.attachments(3).name(), "d");
  EXPECT_FALSE(answer.read_info().partial());
}

TEST_F(AttachmentsTest, ReportsMoreThanAThousandWithoutTotal) {
  for (int i = 0; i < 101; ++i) Page(Files(10 * i, 10));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 1000);
  EXPECT_FALSE(answer.has_total_size());
  ASSERT_EQ(answer.read_info().errors_size(), 1);
  EXPECT_TRUE(answer.read_info().partial());
  EXPECT_EQ(answer.read_info().errors(0).message(),
            "the first 1000 attachments are here; there may be more");
}

TEST_F(AttachmentsTest, ReturnsAtMostAThousandWithShortPages) {
  for (int i = 0; i < 142; ++i) Page(Files(7 * i, 7, R"("total":1200)"));
  Page(Files(994, 6, R"("total":1200)"));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 1000);
  EXPECT_NE(Url(142).find("limit=6"), std::string::npos) << Url(142);
  EXPECT_EQ(answer.total_size(), 1200);
  ASSERT_EQ(answer.read_info().errors_size(), 1);
  EXPECT_EQ(answer.read_info().errors(0).message(),
            "the first 1000 attachments are here, not all 1200");
}

TEST_F(AttachmentsTest, ReportsListThatEndsBeforeItsTotal) {
  Page(Files(0, 10, R"("total":12)"));
  Page(Files(10, 0, R"("total":12)"));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 10);
  EXPECT_TRUE(answer.read_info().partial());
}

TEST_F(AttachmentsTest, EndsWithEmptyPageWithoutTotal) {
  Page(Files(0, 3));
  Page(Files(3, 0));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 3);
  EXPECT_FALSE(answer.read_info().partial());
}

}  // namespace
}  // namespace falcon::rpc

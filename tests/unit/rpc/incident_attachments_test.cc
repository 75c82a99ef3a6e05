// Attachments of an incident: none is lost without a word.
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "rpc/services/incident_service.h"
#include "tests/unit/rpc/served_fixture.h"

namespace falcon::rpc {
namespace {

// `count` files from number `first` on; `pagination`: what goes into it.
std::string Files(int first, int count, std::string_view pagination = "") {
  std::string files;
  for (int i = first; i < first + count; ++i) {
    files += StrCat(files.empty() ? "" : ",", R"({"id":"f)", i, R"(","name":"n"})");
  }
  return StrCat(R"({"meta":{"pagination":{)", pagination, R"(}},"errors":[],"resources":[)", files,
                "]}");
}

class AttachmentsTest : public ServedTest<IncidentService, v1::IncidentService> {
 protected:
  void Page(std::string_view body) { Script("file-details", body); }
  v1::GetIncidentAttachmentsResponse Ask() {
    v1::GetIncidentAttachmentsRequest request;
    request.set_id("0f8b7c1e");
    v1::GetIncidentAttachmentsResponse answer;
    grpc::ClientContext context;
    const grpc::Status status = stub->GetIncidentAttachments(&context, request, &answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }
};

TEST_F(AttachmentsTest, WithoutIdsAreAllKeptAndThoseThatComeAgainAreNot) {
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

TEST_F(AttachmentsTest, BeyondAThousandAreToldOfThoughFalconTellsNoTotal) {
  for (int i = 0; i < 101; ++i) Page(Files(10 * i, 10));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 1000);
  EXPECT_FALSE(answer.has_total_size());
  ASSERT_EQ(answer.read_info().errors_size(), 1);
  EXPECT_TRUE(answer.read_info().partial());
  EXPECT_EQ(answer.read_info().errors(0).message(),
            "the first 1000 attachments are here; there may be more");
}

TEST_F(AttachmentsTest, AreNeverMoreThanAThousandThoughPagesAreShort) {
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

TEST_F(AttachmentsTest, ThatEndBeforeTheirTotalAreTold) {
  Page(Files(0, 10, R"("total":12)"));
  Page(Files(10, 0, R"("total":12)"));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 10);
  EXPECT_TRUE(answer.read_info().partial());
}

TEST_F(AttachmentsTest, EndWithAnEmptyPageWhereFalconTellsNoTotal) {
  Page(Files(0, 3));
  Page(Files(3, 0));
  const auto answer = Ask();
  EXPECT_EQ(answer.attachments_size(), 3);
  EXPECT_FALSE(answer.read_info().partial());
}

}  // namespace
}  // namespace falcon::rpc

// Incidents by the numbers that people use.
#include "rpc/services/incident_references.h"

#include <gmock/gmock.h>

#include "rpc/services/incident_service.h"
#include "tests/unit/rpc/served_fixture.h"

namespace falcon::rpc {
namespace {

using ::testing::HasSubstr;

class IncidentReferencesTest : public ServedTest<IncidentService, v1::IncidentService> {
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

TEST_F(IncidentReferencesTest, AreLettersAHyphenAndDigits) {
  for (const char* id : {"SIM-0025", "abc-1", "A1B2-99"}) EXPECT_TRUE(IsReferenceId(id)) << id;
  for (const char* id : {"", "SIM", "SIM-", "-25", "SIM-0025-1", "1SIM-25", "SIM-25x", "SIM 25",
                         "0f8b7c1e-1234-5678-abcd-ef0123456789"}) {
    EXPECT_FALSE(IsReferenceId(id)) << id;
  }
}

TEST_F(IncidentReferencesTest, StandForTheCaseInAnyCase) {
  Script(kQuery, R"({"meta":{},"resources":["c1","c2"]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c1","reference_id":"SIM-00255"},)"
                 R"({"id":"c2","reference_id":"SIM-0025"}]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c2","name":"the case"}]})");
  const grpc::Status status = Get("sim-0025");
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(one.incident().name(), "the case");
  EXPECT_THAT(Url(0), HasSubstr("sim-0025"));
  EXPECT_THAT(Url(0), HasSubstr("SIM-0025"));
}

TEST_F(IncidentReferencesTest, OfNoCaseAreNotFoundByThatName) {
  Script(kQuery, R"({"meta":{},"resources":[]})");
  const grpc::Status status = Get("SIM-9999");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("SIM-9999"));
}

TEST_F(IncidentReferencesTest, CostNothingAmongOpaqueIds) {
  Script(kCases, R"({"meta":{},"resources":[{"id":"0f8b7c1e-1234","name":"x"}]})");
  EXPECT_TRUE(Get("0f8b7c1e-1234").ok());
  EXPECT_EQ(transport.requests().size(), 1U);
}

TEST_F(IncidentReferencesTest, OfABatchKeepTheirPlaceAndTheirNameWhereMissing) {
  Script(kQuery, R"({"meta":{},"resources":["c2"]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c2","reference_id":"SIM-2"}]})");
  Script(kCases, R"({"meta":{},"resources":[{"id":"c1"},{"id":"c2"}]})");
  const grpc::Status status = BatchGet({"c1", "SIM-2", "SIM-3"});
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(many.incidents_size(), 2);
  EXPECT_EQ(many.incidents(1).id(), "c2");
  ASSERT_EQ(many.missing_size(), 1);
  EXPECT_EQ(many.missing(0).id(), "SIM-3");
}

}  // namespace
}  // namespace falcon::rpc

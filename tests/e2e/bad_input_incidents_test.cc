// Bad input to IncidentService: each is refused by name before anything is asked of Falcon.
#include <functional>

#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

struct Bad {
  std::string name;
  std::function<grpc::Status(World&)> call;
  std::string field;  // that BadRequest names
  std::string words;  // of its description
  std::string reason = "INVALID_FIELD";
};

template <class Request>
std::function<grpc::Status(World&)> Of(std::string text) {
  return [text](World& world) { return Ask(world, Make<Request>(text)).status; };
}

std::function<grpc::Status(World&)> ExportOf(std::string text) {
  return [text](World& world) {
    grpc::ClientContext context;
    const auto reader =
        world.incidents().ExportIncidents(&context, Make<v1::ExportIncidentsRequest>(text));
    v1::ExportIncidentsResponse batch;
    while (reader->Read(&batch)) {
    }
    return reader->Finish();
  };
}

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class BadIncidents : public testing::TestWithParam<Bad> {
 protected:
  static void SetUpTestSuite() {
    World_() = std::make_unique<World>(
        WorldOptions{{"--alerts", "100", "--hosts", "50", "--cases", "20"}});
    EXPECT_TRUE(Ask(*World_(), v1::ListIncidentsRequest()).status.ok());
  }
  static void TearDownTestSuite() { World_().reset(); }
  static World& world() { return *World_(); }

 private:
  static std::unique_ptr<World>& World_() {
    static std::unique_ptr<World> world;
    return world;
  }
};

TEST_P(BadIncidents, AreRefusedByNameAndTheNextCallWorks) {
  world().ResetLedger();
  const grpc::Status status = GetParam().call(world());
  const Details details(status);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << status.error_message();
  EXPECT_EQ(details.info.reason(), GetParam().reason) << status.error_message();
  ASSERT_GE(details.bad.field_violations_size(), 1) << status.error_message();
  EXPECT_EQ(details.bad.field_violations(0).field(), GetParam().field);
  const std::string& description = details.bad.field_violations(0).description();
  EXPECT_NE(description.find(GetParam().words), std::string::npos) << description;
  EXPECT_EQ(world().Calls(), 0);
  EXPECT_TRUE(Ask(world(), Make<v1::ListIncidentsRequest>("page_size: 1")).status.ok());
}

using List = v1::ListIncidentsRequest;
using Get = v1::GetIncidentRequest;
using BatchGet = v1::BatchGetIncidentsRequest;

INSTANTIATE_TEST_SUITE_P(
    Lists, BadIncidents,
    testing::Values(
        Bad{"PageSize", Of<List>("page_size: -1"), "page_size", "negative"},
        Bad{"PageToken", Of<List>("page_token: 'x'"), "page_token", "", "PAGE_TOKEN_INVALID"},
        Bad{"Days", Of<List>("days: 0"), "days", "1 to 365"},
        Bad{"DaysAndCreated", Of<List>("days: 3 created { start { seconds: 5 } }"), "created",
            "days"},
        Bad{"UnknownStatus", Of<List>("statuses: 21"), "statuses", "21"},
        Bad{"UnknownState", Of<List>("state: 7"), "state", "INCIDENT_STATE_OPEN"},
        Bad{"NoSeverity", Of<List>("severities: SEVERITY_UNSPECIFIED"), "severities",
            "SEVERITY_HIGH"},
        Bad{"DeviceId", Of<List>("device_id: 'SRV-1'"), "device_id", "32 hexadecimal digits"},
        Bad{"AlertId", Of<List>("alert_id: 'ldt:1'"), "alert_id", "composite id"},
        Bad{"LongQuery", Of<List>("query: '" + std::string(1025, 'x') + "'"), "query", "1024"},
        Bad{"OrderBy", Of<List>("order_by: 'hostnames'"), "order_by", "ordered by",
            "ORDER_INVALID"},
        Bad{"Mask", Of<List>("read_mask { paths: 'derived.tactic' }"), "read_mask",
            "derived.tactics"},
        Bad{"ExportDays", ExportOf("days: 999"), "days", "365"},
        Bad{"ExportState", ExportOf("state: 7"), "state", "INCIDENT_STATE_CLOSED"},
        Bad{"ExportToken", ExportOf("resume_token: 'x'"), "resume_token", "",
            "PAGE_TOKEN_INVALID"}),
    [](const auto& bad) { return bad.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Filters, BadIncidents,
    testing::Values(
        Bad{"NameOfHosts", Of<List>("filter: \"hostname:'x'\""), "filter", "hostnames",
            "FQL_INVALID"},
        Bad{"JsonPath", Of<List>("filter: \"assigned_to.uuid:'x'\""), "filter", "assigned_to_uuid",
            "FQL_INVALID"},
        Bad{"Word", Of<List>("filter: \"status:'done'\""), "filter", "reopened", "FQL_INVALID"},
        Bad{"State", Of<List>("filter: \"state:'ajar'\""), "filter", "'open' or 'closed'",
            "FQL_INVALID"},
        Bad{"BesideOldWords", Of<List>("filter: \"status:20+score:>3\""), "filter", "at byte 10",
            "FQL_INVALID"},
        Bad{"List", Of<List>("filter: \"tags:['a','b']\""), "filter", "not a list", "FQL_INVALID"},
        Bad{"Severity", Of<List>("filter: \"severity:'high'\""), "filter", "severity",
            "FQL_INVALID"},
        Bad{"Syntax", ExportOf("filter: \"status:'new\""), "filter", "", "FQL_INVALID"}),
    [](const auto& bad) { return bad.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Ids, BadIncidents,
    testing::Values(
        Bad{"Empty", Of<Get>(""), "id", ""},
        Bad{"Retired", Of<Get>("id: 'inc:061a51ec742c44624a176f079d742052:1'"), "id",
            "retired Incidents API"},
        Bad{"Blank", Of<Get>("id: 'a b'"), "id", ""},
        Bad{"NoIds", Of<BatchGet>(""), "ids", "1 to 5000"},
        Bad{"RetiredInABatch", Of<BatchGet>("ids: ['a', 'inc:1:2']"), "ids[1]", "retired"},
        Bad{"BatchMask", Of<BatchGet>("ids: 'a' read_mask { paths: 'x' }"), "read_mask", "x"},
        Bad{"Attachments", Of<v1::GetIncidentAttachmentsRequest>(""), "id", ""},
        Bad{"NoFiles", Of<v1::BatchGetIncidentAttachmentsRequest>(""), "ids", "1 to 1000"},
        Bad{"NoSlas", Of<v1::BatchGetSlasRequest>(""), "ids", "1 to 1000"},
        Bad{"NoTemplates", Of<v1::BatchGetTemplatesRequest>(""), "ids", "1 to 1000"}),
    [](const auto& bad) { return bad.param.name; });

}  // namespace
}  // namespace falcon::e2e

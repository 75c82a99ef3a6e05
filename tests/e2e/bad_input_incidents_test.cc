// Bad input to IncidentService: each is refused by name before anything is asked of Falcon.
#include "tests/e2e/bad_input.h"
#include "tests/e2e/calls/incidents.h"

namespace falcon::e2e {
namespace {

class BadIncidentInput : public BadInputSuite<BadIncidentInput> {
 public:
  static WorldOptions Options() { return {{"--alerts", "100", "--hosts", "50", "--cases", "20"}}; }
};

TEST_P(BadIncidentInput, IsRefusedByNameAndTheNextCallWorks) {
  ExpectRefused(world(), GetParam());
  EXPECT_TRUE(Ask(world(), Make<v1::ListIncidentsRequest>("page_size: 1")).status.ok());
}

using List = v1::ListIncidentsRequest;
using Export = v1::ExportIncidentsRequest;
using Get = v1::GetIncidentRequest;
using BatchGet = v1::BatchGetIncidentsRequest;

INSTANTIATE_TEST_SUITE_P(
    Lists, BadIncidentInput,
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
        Bad{"ExportDays", Of<Export>("days: 999"), "days", "365"},
        Bad{"ExportState", Of<Export>("state: 7"), "state", "INCIDENT_STATE_CLOSED"},
        Bad{"ExportToken", Of<Export>("resume_token: 'x'"), "resume_token", "",
            "PAGE_TOKEN_INVALID"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Filters, BadIncidentInput,
    testing::Values(
        Bad{"NameOfHosts", Of<List>("filter: \"hostname:'x'\""), "filter", "hostnames",
            "FQL_INVALID"},
        Bad{"JsonPath", Of<List>("filter: \"assigned_to.uuid:'x'\""), "filter", "assigned_to_uuid",
            "FQL_INVALID"},
        Bad{"Word", Of<List>("filter: \"status:'clsoed'\""), "filter", "reopened", "FQL_INVALID"},
        Bad{"State", Of<List>("filter: \"state:'ajar'\""), "filter", "'open' or 'closed'",
            "FQL_INVALID"},
        Bad{"BesideOldWords", Of<List>("filter: \"status:20+score:>3\""), "filter", "at byte 10",
            "FQL_INVALID"},
        Bad{"List", Of<List>("filter: \"severity:>[1,2]\""), "filter", "not a list", "FQL_INVALID"},
        Bad{"Severity", Of<List>("filter: \"severity:'high'\""), "filter", "severity",
            "FQL_INVALID"},
        Bad{"Syntax", Of<Export>("filter: \"status:'new\""), "filter", "", "FQL_INVALID"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Ids, BadIncidentInput,
    testing::Values(
        Bad{"Empty", Of<Get>(""), "id"},
        Bad{"Retired", Of<Get>("id: 'inc:061a51ec742c44624a176f079d742052:1'"), "id",
            "retired Incidents API"},
        Bad{"Blank", Of<Get>("id: 'a b'"), "id"},
        Bad{"NoIds", Of<BatchGet>(""), "ids", "1 to 5000"},
        Bad{"RetiredInABatch", Of<BatchGet>("ids: ['a', 'inc:1:2']"), "ids[1]", "retired"},
        Bad{"BatchMask", Of<BatchGet>("ids: 'a' read_mask { paths: 'x' }"), "read_mask", "x"},
        Bad{"Attachments", Of<v1::GetIncidentAttachmentsRequest>(""), "id"},
        Bad{"NoFiles", Of<v1::BatchGetIncidentAttachmentsRequest>(""), "ids", "1 to 1000"},
        Bad{"NoSlas", Of<v1::BatchGetSlasRequest>(""), "ids", "1 to 1000"},
        Bad{"NoTemplates", Of<v1::BatchGetTemplatesRequest>(""), "ids", "1 to 1000"}),
    NameOfBad);

}  // namespace
}  // namespace falcon::e2e

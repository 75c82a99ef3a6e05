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
        Bad{"Days", Of<List>("filter { days: 0 }"), "filter.days", "1 to 365"},
        Bad{"UnknownStatus", Of<List>("filter { statuses: 21 }"), "filter.statuses", "21"},
        Bad{"UnknownState", Of<List>("filter { state: 7 }"), "filter.state", "INCIDENT_STATE_OPEN"},
        Bad{"NoSeverity", Of<List>("filter { severities: SEVERITY_UNSPECIFIED }"),
            "filter.severities", "SEVERITY_HIGH"},
        Bad{"DeviceId", Of<List>("filter { device_id: 'SRV-1' }"), "filter.device_id",
            "32 hexadecimal digits"},
        Bad{"AlertId", Of<List>("filter { alert_id: 'ldt:1' }"), "filter.alert_id", "composite id"},
        Bad{"LongQuery", Of<List>("filter { query: '" + std::string(1025, 'x') + "' }"),
            "filter.query", "1024"},
        Bad{"OrderBy", Of<List>("order_by: 'hostnames'"), "order_by", "ordered by",
            "ORDER_INVALID"},
        Bad{"Mask", Of<List>("read_mask { paths: 'derived.tactic' }"), "read_mask",
            "derived.tactics"},
        Bad{"ExportDays", Of<Export>("filter { days: 999 }"), "filter.days", "365"},
        Bad{"ExportState", Of<Export>("filter { state: 7 }"), "filter.state",
            "INCIDENT_STATE_CLOSED"},
        Bad{"ExportToken", Of<Export>("resume_token: 'x'"), "resume_token", "",
            "PAGE_TOKEN_INVALID"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Filters, BadIncidentInput,
    testing::Values(Bad{"NameOfHosts", Of<List>("filter { fql: \"hostname:'x'\" }"), "filter.fql",
                        "hostnames", "FQL_INVALID"},
                    Bad{"JsonPath", Of<List>("filter { fql: \"assigned_to.uuid:'x'\" }"),
                        "filter.fql", "assigned_to_uuid", "FQL_INVALID"},
                    Bad{"Word", Of<List>("filter { fql: \"status:'clsoed'\" }"), "filter.fql",
                        "reopened", "FQL_INVALID"},
                    Bad{"State", Of<List>("filter { fql: \"state:'ajar'\" }"), "filter.fql",
                        "'open' or 'closed'", "FQL_INVALID"},
                    Bad{"BesideOldWords", Of<List>("filter { fql: \"status:20+score:>3\" }"),
                        "filter.fql", "at byte 10", "FQL_INVALID"},
                    Bad{"List", Of<List>("filter { fql: \"severity:>[1,2]\" }"), "filter.fql",
                        "not a list", "FQL_INVALID"},
                    Bad{"Severity", Of<List>("filter { fql: \"severity:'high'\" }"), "filter.fql",
                        "severity", "FQL_INVALID"},
                    Bad{"Syntax", Of<Export>("filter { fql: \"status:'new\" }"), "filter.fql", "",
                        "FQL_INVALID"}),
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
        Bad{"NoTemplates", Of<v1::BatchGetCaseTemplatesRequest>(""), "ids", "1 to 1000"}),
    NameOfBad);

}  // namespace
}  // namespace falcon::e2e

// Bad input to IocService and IntelIndicatorService: each is refused by name, in words that help,
// before anything is asked of Falcon.
#include "tests/e2e/bad_input.h"
#include "tests/e2e/calls/intel_indicators.h"
#include "tests/e2e/calls/iocs.h"

namespace falcon::e2e {
namespace {

class BadIocInput : public BadInputSuite<BadIocInput> {
 public:
  static WorldOptions Options() {
    return {{"--alerts", "20", "--hosts", "20", "--iocs", "50", "--intel-indicators", "50"}};
  }
};

TEST_P(BadIocInput, IsRefusedByNameAndTheNextCallWorks) {
  ExpectRefused(world(), GetParam());
  EXPECT_TRUE(Ask(world(), Make<v1::ListIocsRequest>("page_size: 1")).status.ok());
}

using List = v1::ListIocsRequest;
using Intel = v1::ListIntelIndicatorsRequest;
using Export = v1::ExportIocsRequest;
using ExportIntel = v1::ExportIntelIndicatorsRequest;
using Devices = v1::ListIocDevicesRequest;
using Processes = v1::ListIocProcessesRequest;
constexpr char kInverted[] = "{ start { seconds: 2000 } end { seconds: 1000 } }";
constexpr char kAddress[] = "type: IOC_TYPE_IPV4 value: '192.0.2.1' ";

INSTANTIATE_TEST_SUITE_P(
    Lists, BadIocInput,
    testing::Values(
        Bad{"PageSize", Of<List>("page_size: -1"), "page_size", "must not be negative"},
        Bad{"PageToken", Of<List>("page_token: 'x'"), "page_token", "", "PAGE_TOKEN_INVALID"},
        Bad{"Order", Of<List>("order_by: 'severity desc'"), "order_by", "severity_number",
            "ORDER_INVALID"},
        Bad{"Days", Of<List>("filter { days: 0 }"), "filter.days", "must be from 1 to 365"},
        Bad{"CreatedOn", Of<List>("filter { created_on " + std::string(kInverted) + " }"),
            "filter.created_on", "`end` must be after `start`"},
        Bad{"ModifiedOn", Of<List>("filter { modified_on {} }"), "filter.modified_on",
            "neither start nor end"},
        Bad{"Expiration", Of<List>("filter { expiration " + std::string(kInverted) + " }"),
            "filter.expiration", "`end` must be after `start`"},
        Bad{"Type", Of<List>("filter { types: 99 }"), "filter.types", "IOC_TYPE_SHA256"},
        Bad{"Severity", Of<List>("filter { severities: [SEVERITY_HIGH, 99] }"), "filter.severities",
            "element 1"},
        Bad{"MinSeverity", Of<List>("filter { min_severity: 99 }"), "filter.min_severity",
            "SEVERITY_CRITICAL"},
        Bad{"Action", Of<List>("filter { actions: IOC_ACTION_UNSPECIFIED }"), "filter.actions",
            "says nothing"},
        Bad{"Platform", Of<List>("filter { platforms: 'Windows' }"), "filter.platforms",
            "write 'windows'"},
        Bad{"Value", Of<List>("filter { value: '*' }"), "filter.value", "star alone"},
        Bad{"Source", Of<List>("filter { sources: ' ' }"), "filter.sources", "empty text"},
        Bad{"Filter", Of<List>("filter { fql: \"severity:'high'\" }"), "filter.fql",
            "`filter.severities`", "FQL_INVALID"},
        Bad{"FilterWord", Of<List>("filter { fql: \"type:'sha265'\" }"), "filter.fql", "sha256",
            "FQL_INVALID"},
        Bad{"Mask", Of<List>("read_mask { paths: 'vaule' }"), "read_mask", "value"},
        Bad{"ExportBatch", Of<Export>("batch_size: -1"), "batch_size", "must not be negative"},
        Bad{"ExportToken", Of<Export>("resume_token: 'AAAA'"), "resume_token", "",
            "PAGE_TOKEN_INVALID"},
        Bad{"ExportSeverity", Of<Export>("filter { severities: SEVERITY_UNSPECIFIED }"),
            "filter.severities", "says nothing"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    LookUps, BadIocInput,
    testing::Values(Bad{"NoId", Of<v1::GetIocRequest>(""), "id", "is required"},
                    Bad{"ShortId", Of<v1::GetIocRequest>("id: 'abc'"), "id",
                        "64 hexadecimal digits"},
                    Bad{"NoIds", Of<v1::BatchGetIocsRequest>(""), "ids", "needs from 1 to 5000"},
                    Bad{"BadIdOfABatch", Of<v1::BatchGetIocsRequest>("ids: 'xyz'"), "ids[0]",
                        "64 hexadecimal digits"},
                    Bad{"NoProcesses", Of<v1::BatchGetProcessesRequest>(""), "process_ids",
                        "needs from 1 to 1000"},
                    Bad{"Process", Of<v1::BatchGetProcessesRequest>("process_ids: '1234'"),
                        "process_ids[0]", "pid:<device id>:<number>"},
                    Bad{"AggregateField", Of<v1::AggregateIocsRequest>("field: 'severity'"),
                        "field", "severity_number"},
                    Bad{"AggregateInterval",
                        Of<v1::AggregateIocsRequest>(
                            "field: 'created_on' kind: AGGREGATION_KIND_DATE_HISTOGRAM"),
                        "interval", "HOUR, DAY, WEEK or MONTH"},
                    Bad{"AggregateQuery",
                        Of<v1::AggregateIocsRequest>("field: 'type' filter { query: '" +
                                                     std::string(2000, 'x') + "' }"),
                        "filter.query", "at most 1024 bytes"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Sightings, BadIocInput,
    testing::Values(
        Bad{"NoType", Of<v1::GetIocDeviceCountRequest>("value: 'x'"), "type", "is required"},
        Bad{"UnknownType", Of<Devices>("type: 99 value: 'x'"), "type", "IOC_TYPE_IPV6"},
        Bad{"ShortHash", Of<Devices>("type: IOC_TYPE_SHA256 value: 'abc'"), "value",
            "64 hexadecimal digits"},
        Bad{"ShortMd5", Of<Devices>("type: IOC_TYPE_MD5 value: 'abc'"), "value",
            "32 hexadecimal digits"},
        Bad{"StarInADomain", Of<Devices>("type: IOC_TYPE_DOMAIN value: '*.example'"), "value",
            "without a star"},
        Bad{"AddressOfTheOtherKind", Of<Devices>("type: IOC_TYPE_IPV4 value: '2001:db8::1'"),
            "value", "IPv4 address"},
        Bad{"NoAddress", Of<Devices>("type: IOC_TYPE_IPV6 value: 'host'"), "value", "IPv6 address"},
        Bad{"SightingsPageSize", Of<Devices>(std::string(kAddress) + "page_size: -1"), "page_size",
            "must not be negative"},
        Bad{"SightingsPageToken", Of<Devices>(std::string(kAddress) + "page_token: 'x'"),
            "page_token", "", "PAGE_TOKEN_INVALID"},
        Bad{"NoDevice", Of<Processes>(kAddress), "device_id", "is required"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Intel, BadIocInput,
    testing::Values(
        Bad{"IntelPageSize", Of<Intel>("page_size: -1"), "page_size", "must not be negative"},
        Bad{"IntelOrder", Of<Intel>("order_by: 'indicator'"), "order_by", "no list is ordered by",
            "ORDER_INVALID"},
        Bad{"IntelType", Of<Intel>("filter { types: 'hash_sha257' }"), "filter.types",
            "nearest: `hash_sha256`"},
        Bad{"IntelConfidence", Of<Intel>("filter { malicious_confidences: 99 }"),
            "filter.malicious_confidences", "MALICIOUS_CONFIDENCE_HIGH"},
        Bad{"IntelDays", Of<Intel>("filter { days: 400 }"), "filter.days", "must be from 1 to 365"},
        Bad{"IntelRange", Of<Intel>("filter { last_updated " + std::string(kInverted) + " }"),
            "filter.last_updated", "`end` must be after `start`"},
        Bad{"IntelActor", Of<Intel>("filter { actors: '' }"), "filter.actors", "empty text"},
        Bad{"IntelQuery", Of<Intel>("filter { query: '" + std::string(2000, 'x') + "' }"),
            "filter.query", "at most 1024 bytes"},
        Bad{"IntelDate", Of<Intel>("filter { fql: \"published_date:>'last week'\" }"), "filter.fql",
            "seconds", "FQL_INVALID"},
        Bad{"IntelId", Of<v1::GetIntelIndicatorRequest>("id: 'malicious.example'"), "id",
            "<type>_<indicator>"},
        Bad{"IntelIdWithoutValue", Of<v1::BatchGetIntelIndicatorsRequest>("ids: 'domain_'"),
            "ids[0]", "<type>_<indicator>"},
        Bad{"IntelIdWithALineBreak", Of<v1::GetIntelIndicatorRequest>("id: 'domain_a\\nb'"), "id",
            "control character"},
        Bad{"IntelExportQuery",
            Of<ExportIntel>("filter { query: '" + std::string(2000, 'x') + "' }"), "filter.query",
            "at most 1024 bytes"},
        Bad{"IntelExportBatch", Of<ExportIntel>("batch_size: -1"), "batch_size",
            "must not be negative"}),
    NameOfBad);

}  // namespace
}  // namespace falcon::e2e

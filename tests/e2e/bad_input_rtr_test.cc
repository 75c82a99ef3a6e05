// Bad input to RtrSessionService and to the counts of hosts: each is refused by name before
// anything is asked of Falcon, in words that say what would be right.
#include "tests/e2e/bad_input.h"
#include "tests/e2e/calls/hosts.h"
#include "tests/e2e/calls/rtr_sessions.h"

namespace falcon::e2e {
namespace {

class BadRtrInput : public BadInputSuite<BadRtrInput> {
 public:
  static WorldOptions Options() { return {{"--alerts", "50", "--rtr-sessions", "100"}}; }
};

TEST_P(BadRtrInput, IsRefusedByNameAndTheNextCallWorks) {
  ExpectRefused(world(), GetParam());
  EXPECT_TRUE(Ask(world(), v1::ListRtrSessionsRequest()).status.ok());
}

using List = v1::ListRtrSessionsRequest;
using Export = v1::ExportRtrSessionsRequest;
using Audit = v1::ListRtrAuditSessionsRequest;
using Count = v1::AggregateRtrSessionsRequest;
using CountHosts = v1::AggregateHostsRequest;
constexpr char kHistogram[] = "kind: AGGREGATION_KIND_DATE_HISTOGRAM ";

INSTANTIATE_TEST_SUITE_P(
    Lists, BadRtrInput,
    testing::Values(
        Bad{"PageSizeMinusOne", Of<List>("page_size: -1"), "page_size", "0"},
        Bad{"AuditPageSizeMinusOne", Of<Audit>("page_size: -1"), "page_size", "0"},
        Bad{"BatchSizeMinusOne", Of<Export>("batch_size: -1"), "batch_size", "0"},
        Bad{"ForeignToken", Of<Audit>("page_token: 'AAAA'"), "page_token", "",
            "PAGE_TOKEN_INVALID"},
        Bad{"OrderOfTheAuditInTheList", Of<List>("order_by: 'deleted_at desc'"), "order_by",
            "deleted_at", "ORDER_INVALID"},
        Bad{"OrderOfTheListInTheAudit", Of<Audit>("order_by: 'hostname'"), "order_by", "hostname",
            "ORDER_INVALID"},
        Bad{"UnknownMask", Of<List>("read_mask { paths: 'status' }"), "read_mask", "status"},
        Bad{"DaysZero", Of<List>("days: 0"), "days", "1 to 365"},
        Bad{"DaysTogetherWithCreated", Of<Audit>("days: 7 created { start { seconds: 1000 } }"),
            "created", "days"},
        Bad{"InvertedUpdated",
            Of<List>("updated { start { seconds: 2000 } end { seconds: 1000 } }"), "updated",
            "after"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Filters, BadRtrInput,
    testing::Values(
        Bad{"UnknownStatus", Of<List>("statuses: 99"), "statuses", "RTR_SESSION_STATUS_ACTIVE"},
        Bad{"UnspecifiedStatus", Of<List>("statuses: RTR_SESSION_STATUS_UNSPECIFIED"), "statuses",
            "says nothing"},
        Bad{"UnknownStatusOfAnExport", Of<Export>("statuses: 99"), "statuses", "unknown"},
        Bad{"QueuedInTheAudit", Of<Audit>("statuses: RTR_SESSION_STATUS_QUEUED"), "statuses",
            "ask ListRtrSessions"},
        Bad{"StarsOnlyUser", Of<Audit>("user_id: '*'"), "user_id", "star"},
        Bad{"EmptyCommand", Of<List>("commands: ''"), "commands", "empty"},
        Bad{"DeviceIdInFql", Of<List>("filter: \"device_id:'x'\""), "filter", "device_id",
            "FQL_INVALID"},
        Bad{"QueuedInTheAuditsFql", Of<Audit>("filter: \"offline_queued:true\""), "filter",
            "offline_queued", "FQL_INVALID"},
        Bad{"WrongFilterBesideAStatus",
            Of<List>("filter: \"hostnme:'x'\" statuses: RTR_SESSION_STATUS_CLOSED"), "filter",
            "hostname", "FQL_INVALID"},
        Bad{"UnbalancedFilterBesideAStatus",
            Of<Audit>("filter: \"(origin:'x'\" statuses: RTR_SESSION_STATUS_CLOSED"), "filter", "",
            "FQL_INVALID"},
        Bad{"FilterThatWouldEscapeItsParentheses",
            Of<List>("filter: \"origin:'x'),(origin:'y'\" statuses: RTR_SESSION_STATUS_CLOSED"),
            "filter", "", "FQL_INVALID"},
        Bad{"FilterOnAFieldThatOnlyOrders", Of<List>("filter: \"date_created:>'now-1d'\""),
            "filter", "date_created", "FQL_INVALID"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Ids, BadRtrInput,
    testing::Values(
        Bad{"NoId", Of<v1::GetRtrSessionRequest>(""), "id", "UUID"},
        Bad{"IdThatIsNoUuid", Of<v1::GetRtrSessionRequest>("id: 'session-1'"), "id", "UUID"},
        Bad{"IdWithALineBreak",
            Of<v1::GetRtrSessionRequest>("id: '9f3c5e7a-1234-5678-abcd-ef012345678\\n'"), "id",
            "UUID"},
        Bad{"NoIds", Of<v1::BatchGetRtrSessionsRequest>(""), "ids", "1"},
        Bad{"OneWrongIdOfTwo",
            Of<v1::BatchGetRtrSessionsRequest>(
                "ids: ['9f3c5e7a-1234-5678-abcd-ef0123456789', 'x']"),
            "ids[1]", "UUID"},
        Bad{"WrongIdOfAQueue", Of<v1::BatchGetQueuedRtrSessionsRequest>("ids: 'x'"), "ids[0]",
            "UUID"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Counts, BadRtrInput,
    testing::Values(
        Bad{"UnknownField", Of<Count>("field: 'hostnam'"), "field", "hostname"},
        Bad{"KindThatFalconDoesNotOffer",
            Of<Count>("field: 'hostname' kind: AGGREGATION_KIND_CARDINALITY"), "kind",
            "TERMS and DATE_HISTOGRAM"},
        Bad{"UnknownKind", Of<Count>("field: 'hostname' kind: 99"), "kind", "99"},
        Bad{"HistogramWithoutAnInterval",
            Of<Count>(std::string(kHistogram) + "field: 'created_at' days: 7"), "interval", "HOUR"},
        Bad{"HistogramWithoutABeginning",
            Of<Count>(std::string(kHistogram) +
                      "field: 'created_at' interval: AGGREGATION_INTERVAL_DAY"),
            "field", "where it starts"},
        Bad{"HistogramOfAnInstantThatNothingBounds",
            Of<Count>(std::string(kHistogram) +
                      "field: 'deleted_at' days: 7 interval: AGGREGATION_INTERVAL_DAY"),
            "field", "where it starts"},
        Bad{"HistogramOfTooManyHours",
            Of<Count>(std::string(kHistogram) +
                      "field: 'created_at' days: 365 interval: AGGREGATION_INTERVAL_HOUR"),
            "interval", "1000"},
        Bad{"NegativeSize", Of<Count>("field: 'hostname' size: -1"), "size", "0"},
        Bad{"HostsByAnOpenField", Of<CountHosts>("field: 'hostname'"), "field", "platform_name"},
        Bad{"HostsByAnUnknownField", Of<CountHosts>("field: 'platfrom'"), "field",
            "can be counted: "},
        Bad{"HostsByNoField", Of<CountHosts>(""), "field", "product_type_desc"},
        Bad{"HostsByAWrongFilter",
            Of<CountHosts>("field: 'status' filter: \"platfrom_name:'Linux'\""), "filter",
            "platform_name", "FQL_INVALID"}),
    NameOfBad);

}  // namespace
}  // namespace falcon::e2e

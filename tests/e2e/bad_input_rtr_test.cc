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
        Bad{"PageSizeMinusOne", Of<List>("page_size: -1"), "page_size", "negative"},
        Bad{"AuditPageSizeMinusOne", Of<Audit>("page_size: -1"), "page_size", "negative"},
        Bad{"BatchSizeMinusOne", Of<Export>("batch_size: -1"), "batch_size", "negative"},
        Bad{"ForeignToken", Of<Audit>("page_token: 'AAAA'"), "page_token", "",
            "PAGE_TOKEN_INVALID"},
        Bad{"OrderOfTheAuditInTheList", Of<List>("order_by: 'deleted_at desc'"), "order_by",
            "deleted_at", "ORDER_INVALID"},
        Bad{"OrderOfTheListInTheAudit", Of<Audit>("order_by: 'hostname'"), "order_by", "hostname",
            "ORDER_INVALID"},
        Bad{"UnknownMask", Of<List>("read_mask { paths: 'status' }"), "read_mask", "status"},
        Bad{"DaysZero", Of<List>("filter { days: 0 }"), "filter.days", "1 to 365"},
        Bad{"InvertedUpdated",
            Of<List>("filter { updated { start { seconds: 2000 } end { seconds: 1000 } } }"),
            "filter.updated", "after"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Filters, BadRtrInput,
    testing::Values(
        Bad{"UnknownStatus", Of<List>("filter { statuses: 99 }"), "filter.statuses",
            "RTR_SESSION_STATUS_ACTIVE"},
        Bad{"UnspecifiedStatus", Of<List>("filter { statuses: RTR_SESSION_STATUS_UNSPECIFIED }"),
            "filter.statuses", "says nothing"},
        Bad{"UnknownStatusOfAnExport", Of<Export>("filter { statuses: 99 }"), "filter.statuses",
            "unknown"},
        Bad{"QueuedInTheAudit", Of<Audit>("filter { statuses: RTR_SESSION_STATUS_QUEUED }"),
            "filter.statuses", "ask ListRtrSessions"},
        Bad{"StarsOnlyUser", Of<Audit>("filter { user_id: '*' }"), "filter.user_id", "star"},
        Bad{"EmptyCommand", Of<List>("filter { commands: '' }"), "filter.commands", "empty"},
        Bad{"DeviceIdInFql", Of<List>("filter { fql: \"device_id:'x'\" }"), "filter.fql",
            "device_id", "FQL_INVALID"},
        Bad{"QueuedInTheAuditsFql", Of<Audit>("filter { fql: \"offline_queued:true\" }"),
            "filter.fql", "offline_queued", "FQL_INVALID"},
        Bad{"WrongFilterBesideAStatus",
            Of<List>("filter { fql: \"hostnme:'x'\" statuses: RTR_SESSION_STATUS_CLOSED }"),
            "filter.fql", "hostname", "FQL_INVALID"},
        Bad{"UnbalancedFilterBesideAStatus",
            Of<Audit>("filter { fql: \"(origin:'x'\" statuses: RTR_SESSION_STATUS_CLOSED }"),
            "filter.fql", "", "FQL_INVALID"},
        Bad{"FilterThatWouldEscapeItsParentheses",
            Of<List>(
                "filter { fql: \"origin:'x'),(origin:'y'\" statuses: RTR_SESSION_STATUS_CLOSED }"),
            "filter.fql", "", "FQL_INVALID"},
        Bad{"FilterOnAFieldThatOnlyOrders", Of<List>("filter { fql: \"date_created:>'now-1d'\" }"),
            "filter.fql", "date_created", "FQL_INVALID"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    Ids, BadRtrInput,
    testing::Values(
        Bad{"NoId", Of<v1::GetRtrSessionRequest>(""), "id", "is required"},
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
            Of<Count>(std::string(kHistogram) + "field: 'created_at' filter { days: 7 }"),
            "interval", "HOUR"},
        Bad{"HistogramWithoutABeginning",
            Of<Count>(std::string(kHistogram) +
                      "field: 'created_at' interval: AGGREGATION_INTERVAL_DAY"),
            "field", "where it starts"},
        Bad{"HistogramOfAnInstantThatNothingBounds",
            Of<Count>(std::string(kHistogram) +
                      "field: 'deleted_at' filter { days: 7 } interval: AGGREGATION_INTERVAL_DAY"),
            "field", "where it starts"},
        Bad{"HistogramOfTooManyHours",
            Of<Count>(
                std::string(kHistogram) +
                "field: 'created_at' filter { days: 365 } interval: AGGREGATION_INTERVAL_HOUR"),
            "interval", "1000"},
        Bad{"NegativeSize", Of<Count>("field: 'hostname' size: -1"), "size", "negative"},
        Bad{"HostsByAnOpenField", Of<CountHosts>("field: 'hostname'"), "field", "platform_name"},
        Bad{"HostsByAnUnknownField", Of<CountHosts>("field: 'platfrom'"), "field",
            "can be counted: "},
        Bad{"HostsByNoField", Of<CountHosts>(""), "field", "is required"},
        Bad{"HostsByAWrongFilter",
            Of<CountHosts>("field: 'status' filter { fql: \"platfrom_name:'Linux'\" }"),
            "filter.fql", "platform_name", "FQL_INVALID"}),
    NameOfBad);

}  // namespace
}  // namespace falcon::e2e

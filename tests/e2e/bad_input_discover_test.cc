// Bad input to DiscoverService: each is refused by name, in words that help, before anything is
// asked of Falcon.
#include "tests/e2e/bad_input.h"
#include "tests/e2e/calls/discover.h"

namespace falcon::e2e {
namespace {

class BadDiscoverInput : public BadInputSuite<BadDiscoverInput> {
 public:
  static WorldOptions Options() { return {{"--alerts", "20", "--hosts", "20"}}; }
};

TEST_P(BadDiscoverInput, IsRefusedByNameAndTheNextCallWorks) {
  ExpectRefused(world(), GetParam());
  EXPECT_TRUE(Ask(world(), v1::ListDiscoveredHostsRequest()).status.ok());
}

using Hosts = v1::ListDiscoveredHostsRequest;
using Applications = v1::ListDiscoveredApplicationsRequest;
using Accounts = v1::ListDiscoveredAccountsRequest;
using ExportAccounts = v1::ExportDiscoveredAccountsRequest;
using Logins = v1::ListDiscoveredLoginsRequest;
constexpr char kInverted[] = "{ start { seconds: 2000 } end { seconds: 1000 } }";

INSTANTIATE_TEST_SUITE_P(
    TypedFilters, BadDiscoverInput,
    testing::Values(
        Bad{"DaysZero", Of<Hosts>("filter { days: 0 }"), "filter.days", "from 1 to 365"},
        Bad{"DaysOverAYear", Of<Logins>("filter { days: 366 }"), "filter.days", "from 1 to 365"},
        Bad{"InvertedRange",
            Of<Accounts>("filter { last_failed_login " + std::string(kInverted) + " }"),
            "filter.last_failed_login", "starts when it ends"},
        Bad{"OpenRange", Of<Applications>("filter { last_used {} }"), "filter.last_used",
            "neither start nor end"},
        Bad{"UnknownStatus", Of<Hosts>("filter { statuses: 99 }"), "filter.statuses",
            "ENTITY_TYPE_MANAGED"},
        Bad{"UnspecifiedStatus", Of<Hosts>("filter { statuses: ENTITY_TYPE_UNSPECIFIED }"),
            "filter.statuses", "says nothing"},
        Bad{"UnknownCriticality", Of<Hosts>("filter { criticalities: 99 }"), "filter.criticalities",
            "ASSET_CRITICALITY_CRITICAL"},
        Bad{"PlatformInOtherCase", Of<Hosts>("filter { platforms: 'windows' }"), "filter.platforms",
            "'Windows'"},
        Bad{"ShortDeviceId", Of<Hosts>("filter { device_id: '6fa2' }"), "filter.device_id",
            "32 hexadecimal"},
        Bad{"EmptyHostname", Of<Hosts>("filter { hostname: ' ' }"), "filter.hostname",
            "empty text"},
        Bad{"StarsOnlyUsername", Of<Accounts>("filter { username: '**' }"), "filter.username",
            "star alone"},
        Bad{"UnknownLoginType", Of<Logins>("filter { login_types: 99 }"), "filter.login_types",
            "LOGIN_TYPE_INTERACTIVE"},
        Bad{"UnspecifiedLoginStatus",
            Of<Logins>("filter { login_statuses: LOGIN_STATUS_UNSPECIFIED }"),
            "filter.login_statuses", "says nothing"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    RawFilters, BadDiscoverInput,
    testing::Values(
        Bad{"Status", Of<Hosts>("filter { fql: \"status:'managed'\" }"), "filter.fql",
            "unknown field `status`", "FQL_INVALID"},
        Bad{"DeviceId",
            Of<Hosts>("filter { fql: \"device_id:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'\" }"),
            "filter.fql", "nearest: `aid`", "FQL_INVALID"},
        Bad{"TextMatch", Of<Hosts>("filter { fql: \"hostname:~'SRV'\" }"), "filter.fql",
            "write hostname:*'*SRV*'", "FQL_INVALID"},
        Bad{"RangeOfAList", Of<Logins>("filter { fql: \"login_event_count:>[1,2]\" }"),
            "filter.fql", "not a list", "FQL_INVALID"},
        Bad{"WordInLowerCase", Of<Accounts>("filter { fql: \"account_type:'local'\" }"),
            "filter.fql", "write 'Local'", "FQL_INVALID"},
        Bad{"BooleanForAWord", Of<Hosts>("filter { fql: 'os_is_eol:true' }"), "filter.fql",
            "os_is_eol", "FQL_INVALID"},
        Bad{"TextForABoolean", Of<Applications>("filter { fql: \"is_suspicious:'True'\" }"),
            "filter.fql", "write is_suspicious:true", "FQL_INVALID"},
        Bad{"Unbalanced", Of<ExportAccounts>("filter { fql: \"username:'a\" }"), "filter.fql", "",
            "FQL_INVALID"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    PagingAndIds, BadDiscoverInput,
    testing::Values(
        Bad{"PageSizeMinusOne", Of<Hosts>("page_size: -1"), "page_size"},
        Bad{"BatchSizeMinusOne", Of<ExportAccounts>("batch_size: -1"), "batch_size"},
        Bad{"ForeignPageToken", Of<Logins>("page_token: 'AAAA'"), "page_token", "",
            "PAGE_TOKEN_INVALID"},
        Bad{"ForeignResumeToken", Of<ExportAccounts>("resume_token: 'AAAA'"), "resume_token", "",
            "PAGE_TOKEN_INVALID"},
        Bad{"OrderByAnUnsortedField", Of<Hosts>("order_by: 'os_version'"), "order_by",
            "no list is ordered by `os_version`", "ORDER_INVALID"},
        Bad{"UnknownMask", Of<Accounts>("read_mask { paths: 'user_name' }"), "read_mask",
            "user_name"},
        Bad{"NoId", Of<v1::GetDiscoveredHostRequest>(""), "id"},
        Bad{"DeviceIdForAnId",
            Of<v1::GetDiscoveredHostRequest>("id: '0123456789abcdef0123456789abcdef'"), "id",
            "ListDiscoveredHosts with `filter.device_id`"},
        Bad{"IdWithABlank", Of<v1::GetDiscoveredLoginRequest>("id: 'a b'"), "id", "blanks"},
        Bad{"NoIds", Of<v1::BatchGetDiscoveredAccountsRequest>(""), "ids"},
        Bad{"EmptyIdAmongIds", Of<v1::BatchGetDiscoveredApplicationsRequest>("ids: ['a_b', '']"),
            "ids[1]"}),
    NameOfBad);

TEST(BadDiscoverBatch, OfMoreThanAThousandIdsIsRefused) {
  World world({{"--alerts", "20", "--hosts", "20"}});
  v1::BatchGetDiscoveredHostsRequest request;
  for (int i = 0; i <= 1000; ++i) request.add_ids("a_" + std::to_string(i));
  const auto answer = Ask(world, request);
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Details(answer.status).bad.field_violations(0).field(), "ids");
  EXPECT_EQ(world.Calls(), 0);
}

}  // namespace
}  // namespace falcon::e2e

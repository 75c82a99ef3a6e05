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
        Bad{"DaysZero", Of<Hosts>("days: 0"), "days", "from 1 to 365"},
        Bad{"DaysOverAYear", Of<Logins>("days: 366"), "days", "from 1 to 365"},
        Bad{"DaysTogetherWithARange", Of<Hosts>("days: 7 last_seen { start { seconds: 1 } }"),
            "last_seen", "together with `days`"},
        Bad{"InvertedRange", Of<Accounts>(std::string("last_failed_login ") + kInverted),
            "last_failed_login", "starts when it ends"},
        Bad{"OpenRange", Of<Applications>("last_used {}"), "last_used", "neither start nor end"},
        Bad{"UnknownStatus", Of<Hosts>("statuses: 99"), "statuses", "ENTITY_TYPE_MANAGED"},
        Bad{"UnspecifiedStatus", Of<Hosts>("statuses: ENTITY_TYPE_UNSPECIFIED"), "statuses",
            "says nothing"},
        Bad{"UnknownCriticality", Of<Hosts>("criticalities: 99"), "criticalities",
            "ASSET_CRITICALITY_CRITICAL"},
        Bad{"PlatformInOtherCase", Of<Hosts>("platforms: 'windows'"), "platforms", "'Windows'"},
        Bad{"ShortDeviceId", Of<Hosts>("device_id: '6fa2'"), "device_id", "32 hexadecimal"},
        Bad{"EmptyHostname", Of<Hosts>("hostname: ' '"), "hostname", "empty text"},
        Bad{"StarsOnlyUsername", Of<Accounts>("username: '**'"), "username", "star alone"},
        Bad{"UnknownLoginType", Of<Logins>("login_types: 99"), "login_types",
            "LOGIN_TYPE_INTERACTIVE"},
        Bad{"UnspecifiedLoginStatus", Of<Logins>("login_statuses: LOGIN_STATUS_UNSPECIFIED"),
            "login_statuses", "says nothing"}),
    NameOfBad);

INSTANTIATE_TEST_SUITE_P(
    RawFilters, BadDiscoverInput,
    testing::Values(Bad{"Status", Of<Hosts>("filter: \"status:'managed'\""), "filter",
                        "unknown field `status`", "FQL_INVALID"},
                    Bad{"DeviceId",
                        Of<Hosts>("filter: \"device_id:'6fa2c1d04b7e4f0c9d3ab8e5127f90aa'\""),
                        "filter", "nearest: `aid`", "FQL_INVALID"},
                    Bad{"TextMatch", Of<Hosts>("filter: \"hostname:~'SRV'\""), "filter",
                        "write hostname:*'*SRV*'", "FQL_INVALID"},
                    Bad{"RangeOfAList", Of<Logins>("filter: \"login_event_count:>[1,2]\""),
                        "filter", "not a list", "FQL_INVALID"},
                    Bad{"WordInLowerCase", Of<Accounts>("filter: \"account_type:'local'\""),
                        "filter", "write 'Local'", "FQL_INVALID"},
                    Bad{"BooleanForAWord", Of<Hosts>("filter: 'os_is_eol:true'"), "filter",
                        "os_is_eol", "FQL_INVALID"},
                    Bad{"TextForABoolean", Of<Applications>("filter: \"is_suspicious:'True'\""),
                        "filter", "write is_suspicious:true", "FQL_INVALID"},
                    Bad{"Unbalanced", Of<ExportAccounts>("filter: \"username:'a\""), "filter", "",
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
            "ListDiscoveredHosts with `device_id`"},
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

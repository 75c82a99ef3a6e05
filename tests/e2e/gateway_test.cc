// GatewayService and the health service.
#include <set>

#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

TEST(Status, IsKnownBeforeAndAfterTheFirstToken) {
  World world({{"--alerts", "50"}});
  const auto before = Ask(world, v1::GetStatusRequest());
  ASSERT_THAT(before, IsOk());
  EXPECT_FALSE(before->token().valid());
  EXPECT_EQ(before->upstream_calls(), 0);
  EXPECT_FALSE(before->rate_budget().has_limit());
  EXPECT_EQ(before->base_url(), world.simulator_url());
  EXPECT_FALSE(before->version().empty());
  for (const char* library : {"grpc", "protobuf", "curl", "simdjson"}) {
    EXPECT_TRUE(before->libraries().contains(library)) << library;
  }
  ASSERT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
  const auto after = Ask(world, v1::GetStatusRequest());
  EXPECT_TRUE(after->token().valid());
  EXPECT_GT(after->token().expires_in().seconds(), 1700);
  EXPECT_EQ(after->region(), "us-1");
  EXPECT_EQ(after->upstream_calls(), 2) << "a log-in and a list";
  EXPECT_EQ(after->rate_budget().limit(), 6000);
  EXPECT_EQ(after->rate_budget().remaining(), 5999);
  EXPECT_EQ(after->start_time().seconds(), before->start_time().seconds());
}

TEST(Access, EveryAreaIsGrantedToAClientWithAllScopes) {
  World world({{"--alerts", "50"}});
  const auto access = Ask(world, v1::CheckAccessRequest());
  ASSERT_GE(access->areas_size(), 2) << access.status.error_message();
  for (const v1::AreaAccess& area : access->areas()) {
    EXPECT_EQ(area.verdict(), v1::ACCESS_VERDICT_GRANTED) << area.area();
    EXPECT_TRUE(area.message().empty());
  }
  EXPECT_EQ(world.Calls(), access->areas_size());
}

TEST(Access, ScopeThatIsDeniedIsNamedAndItsAreaRefused) {
  World world({{"--alerts", "50", "--deny-scope", "Alerts:read"}});
  const auto access = Ask(world, v1::CheckAccessRequest());
  ASSERT_GE(access->areas_size(), 2) << access.status.error_message();
  EXPECT_EQ(access->areas(0).area(), "detections");
  EXPECT_EQ(access->areas(0).scope(), "Alerts:read");
  EXPECT_EQ(access->areas(0).verdict(), v1::ACCESS_VERDICT_DENIED);
  EXPECT_NE(access->areas(0).message().find("Alerts:read"), std::string::npos);
  EXPECT_EQ(access->areas(1).area(), "hosts");
  EXPECT_EQ(access->areas(1).verdict(), v1::ACCESS_VERDICT_GRANTED);
  const auto list = Ask(world, v1::ListDetectionsRequest());
  EXPECT_THAT(list, StatusIs(StatusCode::PERMISSION_DENIED));
  EXPECT_THAT(list, HasFact("required_scopes", "Alerts:read"));
  EXPECT_TRUE(Ask(world, v1::ListHostsRequest()).status.ok());
}

TEST(Access, ScopesThatAreDeniedRefuseTheirAreasAndNoOthers) {
  World world({{"--alerts", "50"}});
  const auto all = Ask(world, v1::CheckAccessRequest());
  ASSERT_GE(all->areas_size(), 2) << all.status.error_message();
  for (const int first : {0, 1}) {
    std::set<std::string> denied;
    WorldOptions options = {{"--alerts", "50"}};
    for (int i = first; i < all->areas_size(); i += 2) {
      denied.insert(all->areas(i).scope());
      options.simulator.insert(options.simulator.end(), {"--deny-scope", all->areas(i).scope()});
    }
    World other(options);
    const auto access = Ask(other, v1::CheckAccessRequest());
    ASSERT_EQ(access->areas_size(), all->areas_size()) << access.status.error_message();
    for (const v1::AreaAccess& area : access->areas()) {
      EXPECT_EQ(area.verdict(), denied.contains(area.scope()) ? v1::ACCESS_VERDICT_DENIED
                                                              : v1::ACCESS_VERDICT_GRANTED)
          << area.area();
    }
  }
}

TEST(Access, FalconThatCannotBeAskedIsAnUnknownVerdict) {
  World world({{"--alerts", "50"}});
  world.KillSimulator();
  const auto access = Ask(world, v1::CheckAccessRequest());
  ASSERT_GE(access->areas_size(), 2) << access.status.error_message();
  EXPECT_EQ(access->areas(0).verdict(), v1::ACCESS_VERDICT_UNDETERMINED);
  EXPECT_FALSE(access->areas(0).message().empty());
}

TEST(Health, IsServingWhenFalconIsDownOrRefusesTheToken) {
  World world({{"--alerts", "50"}});
  EXPECT_EQ(Health(world), "SERVING");
  world.Fault(Rule("status", {{"path", "/oauth2/token"}, {"code", 401}, {"times", 0}}));
  EXPECT_FALSE(Ask(world, v1::ListHostsRequest()).status.ok());
  EXPECT_EQ(Health(world), "SERVING");
  world.KillSimulator();
  EXPECT_EQ(Health(world), "SERVING");
}

}  // namespace
}  // namespace falcon::e2e

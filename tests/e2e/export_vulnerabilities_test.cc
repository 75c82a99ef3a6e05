// Exports of vulnerabilities: complete, in order, none twice, past cursors that die.
#include "tests/e2e/vulnerability_journey.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using Request = v1::ExportVulnerabilitiesRequest;

constexpr char kNames[] = "GET /devices/combined/devices/v1";

TEST(VulnerabilityExport, BringsThirtyThousandWithCursorsThatExpireOnTheWay) {
  World world({{"--hosts", "300", "--vulnerabilities", "30000", "--cursor-uses", "7"}});
  const Exported all = Export(
      world, Make<Request>(std::string(kAllStatuses) + "read_mask { paths: 'created_timestamp' "
                                                       "paths: 'id' }"));
  ExpectWhole(all, 30'000);
  EXPECT_EQ(all.largest, 1000);
  EXPECT_GE(world.Calls(kVulnerabilityPages), 30);
  EXPECT_LE(world.Calls(kVulnerabilityPages), 40);
}

// The findings of a host that was first seen lately share one instant: of five hosts some hundreds.
TEST(VulnerabilityExport, PassesTiesThatAreLongerThanAPage) {
  World world({{"--hosts", "5", "--vulnerabilities", "2000", "--cursor-uses", "9"}});
  ExpectWhole(Export(world, Make<Request>(std::string(kAllStatuses) + "batch_size: 100")), 2000);
}

TEST(VulnerabilityExport, HoldsWhatStandsUnlessOtherStatesAreNamed) {
  World world({{"--hosts", "50", "--vulnerabilities", "2000"}});
  const Exported standing = Export(world, Request());
  const Exported all = Export(world, Make<Request>(kAllStatuses));
  const auto listed = Ask(world, v1::ListVulnerabilitiesRequest());
  ExpectWhole(standing, listed->total_size());
  ExpectWhole(all, 2000);
  EXPECT_LT(standing.ids.size(), all.ids.size());
}

TEST(VulnerabilityExport, OfANamedHostLooksTheNameUpOnce) {
  World world({{"--hosts", "20", "--vulnerabilities", "2000"}});
  auto request = Make<Request>("filter { hostname: 'SRV-PROD-001' } batch_size: 20");
  const Exported some = Export(world, request, [](const Exported&) { return false; });
  EXPECT_EQ(some.status.error_code(), StatusCode::CANCELLED);
  request.set_resume_token(some.resume_token);
  const Exported rest = Export(world, request);
  EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
  EXPECT_EQ(world.Calls(kNames), 1);
  const auto listed =
      Ask(world, Make<v1::ListVulnerabilitiesRequest>("filter { hostname: 'SRV-PROD-001' }"));
  EXPECT_GT(rest.count(), 0);
  EXPECT_EQ(some.count() + rest.count(), listed->total_size());
}

TEST(VulnerabilityExport, OfAnUnknownHostIsEmpty) {
  World world({{"--vulnerabilities", "50"}});
  const Exported none = Export(world, Make<Request>("filter { hostname: 'no-such-host' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none.count(), 0);
}

TEST(VulnerabilityExport, BringsWholeRecordsInMessagesThatAnyClientTakes) {
  World world({{"--hosts", "50", "--vulnerabilities", "1500"}});
  const Exported all =
      Export(world, Make<Request>(std::string(kAllStatuses) + "view: RECORD_VIEW_FULL"));
  ExpectWhole(all, 1500);
  EXPECT_LT(all.largest_size, size_t{4} << 20);
}

TEST(VulnerabilityExport, OfNothingIsAnEmptyStream) {
  World world({{"--vulnerabilities", "0"}});
  const Exported none = Export(world, Request());
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_TRUE(none.ids.empty());
}

}  // namespace
}  // namespace falcon::e2e

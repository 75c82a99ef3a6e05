// Exports of vulnerabilities: complete, in order, none twice, past cursors that die.
#include <set>

#include "tests/e2e/vulnerability_export.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using Request = v1::ExportVulnerabilitiesRequest;

constexpr char kPages[] = "GET /spotlight/combined/vulnerabilities/v1";
constexpr char kNames[] = "GET /devices/combined/devices/v1";

void ExpectWhole(const Exported& all, int64_t count) {
  EXPECT_TRUE(all.status.ok()) << all.status.error_message();
  EXPECT_EQ(static_cast<int64_t>(all.ids.size()), count);
  EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), all.ids.size());
  EXPECT_TRUE(all.ascending);
  EXPECT_EQ(all.exported, count);
}

TEST(VulnerabilityExport, BringsThirtyThousandWithCursorsThatExpireOnTheWay) {
  World world({{"--hosts", "300", "--vulnerabilities", "30000", "--cursor-uses", "7"}});
  const Exported all = ExportVulnerabilities(
      world, Make<Request>(std::string(kAllStatuses) + "read_mask { paths: 'created_timestamp' "
                                                       "paths: 'id' }"));
  ExpectWhole(all, 30'000);
  EXPECT_EQ(all.total, 30'000);
  EXPECT_EQ(all.largest, 1000);
  EXPECT_GE(world.Calls(kPages), 30);
  EXPECT_LE(world.Calls(kPages), 40);
}

// The findings of a host that was first seen lately share one instant: of five hosts some hundreds.
TEST(VulnerabilityExport, PassesTiesThatAreLongerThanAPage) {
  World world({{"--hosts", "5", "--vulnerabilities", "2000", "--cursor-uses", "9"}});
  ExpectWhole(
      ExportVulnerabilities(world, Make<Request>(std::string(kAllStatuses) + "batch_size: 100")),
      2000);
}

TEST(VulnerabilityExport, HoldsWhatStandsUnlessOtherStatesAreNamed) {
  World world({{"--hosts", "50", "--vulnerabilities", "2000"}});
  const Exported standing = ExportVulnerabilities(world, Request());
  const Exported all = ExportVulnerabilities(world, Make<Request>(kAllStatuses));
  const auto listed = Ask(world, v1::ListVulnerabilitiesRequest());
  ExpectWhole(standing, listed->total_size());
  ExpectWhole(all, 2000);
  EXPECT_LT(standing.ids.size(), all.ids.size());
}

TEST(VulnerabilityExport, OfANamedHostLooksTheNameUpOnce) {
  World world({{"--hosts", "20", "--vulnerabilities", "2000"}});
  auto request = Make<Request>("hostname: 'SRV-PROD-001' batch_size: 20");
  std::string token;
  size_t before = 0;
  const Exported some = ExportVulnerabilities(world, request, [&](const Exported& so_far) {
    token = so_far.resume_token;
    before = so_far.ids.size();
    return false;
  });
  EXPECT_EQ(some.status.error_code(), StatusCode::CANCELLED);
  request.set_resume_token(token);
  const Exported rest = ExportVulnerabilities(world, request);
  EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
  EXPECT_EQ(world.Calls(kNames), 1);
  const auto listed = Ask(world, Make<v1::ListVulnerabilitiesRequest>("hostname: 'SRV-PROD-001'"));
  EXPECT_GT(rest.ids.size(), 0U);
  EXPECT_EQ(static_cast<int64_t>(before + rest.ids.size()), listed->total_size());
}

TEST(VulnerabilityExport, OfAnUnknownHostIsNotFound) {
  World world({{"--vulnerabilities", "50"}});
  const Exported none = ExportVulnerabilities(world, Make<Request>("hostname: 'no-such-host'"));
  EXPECT_EQ(none.status.error_code(), StatusCode::NOT_FOUND);
}

TEST(VulnerabilityExport, BringsWholeRecordsInMessagesThatAnyClientTakes) {
  World world({{"--hosts", "50", "--vulnerabilities", "1500"}});
  grpc::ClientContext context;
  const auto request = Make<Request>(std::string(kAllStatuses) + "read_mask { paths: '*' }");
  const auto reader = world.vulnerabilities().ExportVulnerabilities(&context, request);
  v1::ExportVulnerabilitiesResponse batch;
  int records = 0;
  while (reader->Read(&batch)) {
    records += batch.vulnerabilities_size();
    EXPECT_LT(batch.ByteSizeLong(), size_t{4} << 20);
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(records, 1500);
}

TEST(VulnerabilityExport, OfNothingIsAnEmptyStream) {
  World world({{"--vulnerabilities", "0"}});
  const Exported none = ExportVulnerabilities(world, Request());
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_TRUE(none.ids.empty());
}

}  // namespace
}  // namespace falcon::e2e

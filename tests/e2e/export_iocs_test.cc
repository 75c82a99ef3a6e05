// Exports of IOCs and of intel indicators: complete, in order and none twice, past dead cursors and
// past the wall of 50,000; and what they say without their scopes.
#include <set>

#include "tests/e2e/calls/gateway.h"
#include "tests/e2e/calls/intel_indicators.h"
#include "tests/e2e/calls/iocs.h"
#include "tests/e2e/export.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

constexpr char kIocPages[] = "GET /iocs/combined/indicator/v1";
constexpr char kIntelPages[] = "GET /intel/combined/indicators/v1";

std::vector<std::string> Few(std::vector<std::string> further) {
  std::vector<std::string> flags = {"--alerts", "20", "--hosts", "20", "--rate-limit", "0"};
  flags.insert(flags.end(), further.begin(), further.end());
  return flags;
}

TEST(ExportIocs, BringsAllInOrderAndNoneTwice) {
  World world({Few({"--iocs", "12000"})});
  const Exported all = Export(world, v1::ExportIocsRequest());
  ExpectWhole(all, 12'000);
  EXPECT_EQ(world.Calls(kIocPages), 12);
}

TEST(ExportIocs, PassesCursorsThatDieAfterTwoPages) {
  World world({Few({"--iocs", "5000", "--cursor-uses", "2"})});
  ExpectWhole(Export(world, Make<v1::ExportIocsRequest>("batch_size: 150")), 5000);
}

TEST(ExportIocs, OfSomeBringsWhatTheListFinds) {
  World world({Few({"--iocs", "3000"})});
  const auto list =
      Ask(world, Make<v1::ListIocsRequest>("filter { types: IOC_TYPE_DOMAIN expired: false }"));
  const Exported some = Export(
      world, Make<v1::ExportIocsRequest>("filter { types: IOC_TYPE_DOMAIN expired: false }"));
  ExpectWhole(some, list->total_size());
  const Exported none =
      Export(world, Make<v1::ExportIocsRequest>("filter { value: 'no-such.example' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none.count(), 0);
}

TEST(ExportIocs, IsCompletedByItsResumeToken) {
  World world({Few({"--iocs", "3000"})});
  ExpectCompletedByItsToken(world, Make<v1::ExportIocsRequest>("batch_size: 200"), 3000,
                            [](const Exported& so_far) { return so_far.count() < 1000; });
}

TEST(ExportIocs, PagesThatLeadToThemselvesAreLostData) {
  World world({Few({"--iocs", "3000"})});
  world.Fault(Rule("repeated_cursor", {{"path", "/iocs/combined"}, {"times", 0}}));
  const Exported lost = Export(world, Make<v1::ExportIocsRequest>("batch_size: 200"));
  EXPECT_EQ(lost.status.error_code(), StatusCode::DATA_LOSS) << lost.status.error_message();
}

TEST(ExportIocs, SurvivesEmptyPagesShrinkingTotalsAndAnExpiredCursor) {
  World world({Few({"--iocs", "3000"})});
  for (const char* kind : {"empty_page", "shrinking_total", "cursor_expired"}) {
    world.Fault(Rule(kind, {{"path", "/iocs/combined"}, {"skip", 2}}));
    const Exported all = Export(world, Make<v1::ExportIocsRequest>("batch_size: 200"));
    EXPECT_TRUE(all.status.ok()) << kind << ": " << all.status.error_message();
    EXPECT_EQ(std::set<std::string>(all.ids.begin(), all.ids.end()).size(), 3000U) << kind;
    world.ClearFaults();
  }
}

TEST(ExportIntelIndicators, BringsSixtyThousandPastTheWall) {
  World world({Few({"--intel-indicators", "60000"})});
  const Exported all =
      Export(world, Make<v1::ExportIntelIndicatorsRequest>("filter { include_deleted: true }"));
  ExpectWhole(all, 60'000);
  EXPECT_EQ(world.Calls(kIntelPages), 60);
}

TEST(ExportIntelIndicators, PassesPagesThatDieOnTheWay) {
  World world({Few({"--intel-indicators", "6000", "--cursor-uses", "2"})});
  ExpectWhole(
      Export(world, Make<v1::ExportIntelIndicatorsRequest>("filter { include_deleted: true }")),
      6000);
  EXPECT_GT(world.Calls(kIntelPages), 6);
}

TEST(ExportIntelIndicators, NeedsNoLinkToTheNextPage) {
  World world({Few({"--intel-indicators", "6000"})});
  world.Fault(Rule(
      "header", {{"path", "/intel/combined"}, {"times", 0}, {"name", "Next-Page"}, {"value", ""}}));
  ExpectWhole(
      Export(world, Make<v1::ExportIntelIndicatorsRequest>("filter { include_deleted: true }")),
      6000);
  auto request = Make<v1::ListIntelIndicatorsRequest>("order_by: 'last_updated' page_size: 1000");
  std::set<std::string> ids;
  for (int page = 0; page < 3; ++page) {
    const auto answer = Ask(world, request);
    ASSERT_EQ(answer->intel_indicators_size(), 1000) << answer.status.error_message();
    for (const v1::IntelIndicator& one : answer->intel_indicators()) ids.insert(one.id());
    request.set_page_token(answer->next_page_token());
  }
  EXPECT_EQ(ids.size(), 3000U);
}

TEST(ExportIntelIndicators, GoesOnInTheMiddleOfASecondFullOfThem) {
  World world({Few({"--intel-indicators", "6000", "--cursor-uses", "2"})});
  ExpectWhole(Export(world, Make<v1::ExportIntelIndicatorsRequest>(
                                "batch_size: 7 filter { include_deleted: true types: 'url' }")),
              Ask(world, Make<v1::ListIntelIndicatorsRequest>(
                             "filter { include_deleted: true types: 'url' } page_size: 1"))
                  ->total_size());
}

TEST(ExportIntelIndicators, BringsWhatFreeTextFinds) {
  World world({Few({"--intel-indicators", "4000"})});
  const auto list =
      Ask(world, Make<v1::ListIntelIndicatorsRequest>("filter { query: 'emotet' } page_size: 1"));
  ASSERT_GT(list->total_size(), 300);
  ExpectWhole(Export(world, Make<v1::ExportIntelIndicatorsRequest>(
                                "filter { query: 'emotet' } batch_size: 100")),
              list->total_size());
}

TEST(ExportIntelIndicators, PagesThatLeadToThemselvesAreLostData) {
  World world({Few({"--intel-indicators", "3000"})});
  world.Fault(Rule("repeated_cursor", {{"path", "/intel/combined"}, {"times", 0}}));
  const Exported lost = Export(world, Make<v1::ExportIntelIndicatorsRequest>("batch_size: 200"));
  EXPECT_EQ(lost.status.error_code(), StatusCode::DATA_LOSS) << lost.status.error_message();
}

TEST(IocScopes, AreNamedWhereTheyAreMissing) {
  World world({Few({"--deny-scope", "IOC Management:read", "--deny-scope",
                    "IOCs (Indicators of Compromise):read", "--deny-scope",
                    "Indicators (Falcon Intelligence):read"})});
  const auto expect = [](const auto& answer, const std::string& scope) {
    EXPECT_EQ(answer.status.error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(answer.reason(), "SCOPE_MISSING");
    EXPECT_EQ(Details(answer.status).info.metadata().at("required_scopes"), scope);
  };
  expect(Ask(world, v1::ListIocsRequest()), "IOC Management:read");
  expect(Ask(world, Make<v1::GetIocDeviceCountRequest>("type: IOC_TYPE_IPV4 value: '192.0.2.1'")),
         "IOC Management:read");
  expect(Ask(world, Make<v1::BatchGetProcessesRequest>("process_ids: 'pid:a:1'")),
         "IOCs (Indicators of Compromise):read");
  expect(Ask(world, v1::ListIntelIndicatorsRequest()), "Indicators (Falcon Intelligence):read");
  const auto access = Ask(world, v1::CheckAccessRequest());
  std::set<std::string> denied;
  for (const v1::AreaAccess& area : access->areas()) {
    if (area.verdict() == v1::ACCESS_VERDICT_DENIED) denied.insert(area.area());
  }
  EXPECT_EQ(denied, (std::set<std::string>{"iocs", "processes", "intel_indicators"}));
}

}  // namespace
}  // namespace falcon::e2e

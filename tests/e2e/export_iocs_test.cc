// Exports of IOCs and of intel indicators: complete, in order and none twice, past dead cursors and
// past the wall of 50,000; and what they say without their scopes.
#include <set>

#include "google/protobuf/util/time_util.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

constexpr char kIocPages[] = "GET /iocs/combined/indicator/v1";
constexpr char kIntelPages[] = "GET /intel/combined/indicators/v1";

// What came of either export.
struct Whole {
  grpc::Status status;
  std::set<std::string> ids;
  size_t records = 0;
  int64_t exported = 0;
  int64_t total = 0;
  std::string resume_token;
  bool ascending = true;
  bool left = false;  // before the end
};

template <class Reader, class Batch, class Records, class Instant>
Whole ReadAll(Reader& reader, Batch& batch, Records records, Instant instant,
              const std::function<bool(const Whole&)>& after_each = {}) {
  Whole all;
  google::protobuf::Timestamp newest;
  while (reader.Read(&batch)) {
    for (const auto& record : records(batch)) {
      all.ids.insert(record.id());
      ++all.records;
      if (instant(record) < newest) all.ascending = false;
      newest = instant(record);
    }
    all.exported = batch.exported();
    all.total = batch.total_size();
    all.resume_token = batch.resume_token();
    all.left = after_each && !after_each(all);
    if (all.left) break;
  }
  return all;
}

Whole ExportIocs(World& world, const v1::ExportIocsRequest& request,
                 const std::function<bool(const Whole&)>& after_each = {}) {
  grpc::ClientContext context;
  const auto reader = world.iocs().ExportIocs(&context, request);
  v1::ExportIocsResponse batch;
  Whole all = ReadAll(
      *reader, batch, [](const auto& one) { return one.iocs(); },
      [](const v1::Ioc& ioc) { return ioc.created_on(); }, after_each);
  if (all.left) context.TryCancel();
  all.status = reader->Finish();
  return all;
}

Whole ExportIntel(World& world, const v1::ExportIntelIndicatorsRequest& request,
                  const std::function<bool(const Whole&)>& after_each = {}) {
  grpc::ClientContext context;
  const auto reader = world.intel_indicators().ExportIntelIndicators(&context, request);
  v1::ExportIntelIndicatorsResponse batch;
  Whole all = ReadAll(
      *reader, batch, [](const auto& one) { return one.intel_indicators(); },
      [](const v1::IntelIndicator& indicator) { return indicator.published_date(); }, after_each);
  if (all.left) context.TryCancel();
  all.status = reader->Finish();
  return all;
}

void ExpectWhole(const Whole& all, size_t count) {
  EXPECT_TRUE(all.status.ok()) << all.status.error_message();
  EXPECT_EQ(all.records, count);
  EXPECT_EQ(all.ids.size(), count);
  EXPECT_EQ(all.exported, static_cast<int64_t>(count));
  EXPECT_TRUE(all.ascending);
}

std::vector<std::string> Few(std::vector<std::string> further) {
  std::vector<std::string> flags = {"--alerts", "20", "--hosts", "20", "--rate-limit", "0"};
  flags.insert(flags.end(), further.begin(), further.end());
  return flags;
}

TEST(ExportIocs, BringsAllInOrderAndNoneTwice) {
  World world({Few({"--iocs", "12000"})});
  const Whole all = ExportIocs(world, {});
  ExpectWhole(all, 12'000);
  EXPECT_EQ(all.total, 12'000);
  EXPECT_EQ(world.Calls(kIocPages), 12);
}

TEST(ExportIocs, PassesCursorsThatDieAfterTwoPages) {
  World world({Few({"--iocs", "5000", "--cursor-uses", "2"})});
  ExpectWhole(ExportIocs(world, Make<v1::ExportIocsRequest>("batch_size: 150")), 5000);
}

TEST(ExportIocs, OfSomeBringsWhatTheListFinds) {
  World world({Few({"--iocs", "3000"})});
  const auto list = Ask(world, Make<v1::ListIocsRequest>("types: IOC_TYPE_DOMAIN expired: false"));
  const Whole some =
      ExportIocs(world, Make<v1::ExportIocsRequest>("types: IOC_TYPE_DOMAIN expired: false"));
  ExpectWhole(some, static_cast<size_t>(list->total_size()));
  const Whole none = ExportIocs(world, Make<v1::ExportIocsRequest>("value: 'no-such.example'"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_EQ(none.records, 0U);
}

TEST(ExportIocs, IsCompletedByItsResumeToken) {
  World world({Few({"--iocs", "3000"})});
  auto request = Make<v1::ExportIocsRequest>("batch_size: 200");
  const Whole first =
      ExportIocs(world, request, [](const Whole& so_far) { return so_far.records < 1000; });
  request.set_resume_token(first.resume_token);
  const Whole rest = ExportIocs(world, request);
  EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
  EXPECT_EQ(first.records + rest.records, 3000U);
  EXPECT_EQ(rest.exported, 3000);
}

TEST(ExportIocs, PagesThatLeadToThemselvesAreLostData) {
  World world({Few({"--iocs", "3000"})});
  world.Fault(Rule("repeated_cursor", {{"path", "/iocs/combined"}, {"times", 0}}));
  const Whole lost = ExportIocs(world, Make<v1::ExportIocsRequest>("batch_size: 200"));
  EXPECT_EQ(lost.status.error_code(), StatusCode::DATA_LOSS) << lost.status.error_message();
}

TEST(ExportIocs, SurvivesEmptyPagesShrinkingTotalsAndAnExpiredCursor) {
  World world({Few({"--iocs", "3000"})});
  for (const char* kind : {"empty_page", "shrinking_total", "cursor_expired"}) {
    world.Fault(Rule(kind, {{"path", "/iocs/combined"}, {"skip", 2}}));
    const Whole all = ExportIocs(world, Make<v1::ExportIocsRequest>("batch_size: 200"));
    EXPECT_TRUE(all.status.ok()) << kind << ": " << all.status.error_message();
    EXPECT_EQ(all.ids.size(), 3000U) << kind;
    world.ClearFaults();
  }
}

TEST(ExportIntelIndicators, BringsSixtyThousandPastTheWall) {
  World world({Few({"--intel-indicators", "60000"})});
  const Whole all =
      ExportIntel(world, Make<v1::ExportIntelIndicatorsRequest>("include_deleted: true"));
  ExpectWhole(all, 60'000);
  EXPECT_EQ(all.total, 60'000);
  EXPECT_EQ(world.Calls(kIntelPages), 60);
}

TEST(ExportIntelIndicators, PassesPagesThatDieOnTheWay) {
  World world({Few({"--intel-indicators", "6000", "--cursor-uses", "2"})});
  ExpectWhole(ExportIntel(world, Make<v1::ExportIntelIndicatorsRequest>("include_deleted: true")),
              6000);
  EXPECT_GT(world.Calls(kIntelPages), 6);
}

TEST(ExportIntelIndicators, NeedsNoLinkToTheNextPage) {
  World world({Few({"--intel-indicators", "6000"})});
  world.Fault(Rule(
      "header", {{"path", "/intel/combined"}, {"times", 0}, {"name", "Next-Page"}, {"value", ""}}));
  ExpectWhole(ExportIntel(world, Make<v1::ExportIntelIndicatorsRequest>("include_deleted: true")),
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
  ExpectWhole(ExportIntel(world, Make<v1::ExportIntelIndicatorsRequest>(
                                     "batch_size: 7 include_deleted: true types: 'url'")),
              static_cast<size_t>(Ask(world, Make<v1::ListIntelIndicatorsRequest>(
                                                 "include_deleted: true types: 'url' page_size: 1"))
                                      ->total_size()));
}

TEST(ExportIntelIndicators, BringsWhatFreeTextFinds) {
  World world({Few({"--intel-indicators", "4000"})});
  const auto list =
      Ask(world, Make<v1::ListIntelIndicatorsRequest>("query: 'emotet' page_size: 1"));
  ASSERT_GT(list->total_size(), 300);
  ExpectWhole(
      ExportIntel(world, Make<v1::ExportIntelIndicatorsRequest>("query: 'emotet' batch_size: 100")),
      static_cast<size_t>(list->total_size()));
}

TEST(ExportIntelIndicators, PagesThatLeadToThemselvesAreLostData) {
  World world({Few({"--intel-indicators", "3000"})});
  world.Fault(Rule("repeated_cursor", {{"path", "/intel/combined"}, {"times", 0}}));
  const Whole lost = ExportIntel(world, Make<v1::ExportIntelIndicatorsRequest>("batch_size: 200"));
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

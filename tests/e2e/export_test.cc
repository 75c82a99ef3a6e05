// Exports: complete, in order, none twice, whatever happens on the way, and at the reader's pace.
#include "tests/e2e/export.h"

#include <signal.h>

#include <set>
#include <thread>

#include "tests/e2e/calls/detections.h"
#include "tests/e2e/calls/hosts.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;
using Request = v1::ExportDetectionsRequest;

constexpr char kPages[] = "POST /alerts/combined/alerts/v1";
// The same data after a restart.
constexpr char kPinned[] = "2026-01-31T10:00:00Z";

TEST(Export, BringsAllAlertsInOrderAndNoneTwice) {
  World world({{"--alerts", "20000"}});
  const Exported all = Export(world, Request());
  ExpectWhole(all, 20'000);
  EXPECT_EQ(all.largest, 1000);
  EXPECT_EQ(world.Calls(kPages), 20);
}

TEST(Export, BringsAHundredThousandAlertsWithCursorsThatExpireOnTheWay) {
  World world({{"--alerts", "100000", "--cursor-uses", "20", "--rate-limit", "0"}});
  ExpectWhole(Export(world, Request()), 100'000);
}

TEST(Export, PassesCursorsThatDieAfterThreePages) {
  World world({{"--alerts", "20000", "--cursor-uses", "3"}});
  ExpectWhole(Export(world, Request()), 20'000);
  EXPECT_GT(world.Calls(kPages), 20);
}

TEST(Export, PassesCursorsThatDieBetweenTwoMessages) {
  World world({{"--alerts", "5000"}});
  const Exported all = Export(world, Make<Request>("batch_size: 250"), [&](const Exported& so_far) {
    if (so_far.messages % 4 == 0) world.Control("POST", "/__simulator/expire_cursors");
    return true;
  });
  ExpectWhole(all, 5000);
}

TEST(Export, KeepsWhatIsThereThroughoutWhileAlertsComeGoAndChange) {
  World world({{"--alerts", "3000"}});
  const Exported before = Export(world, Make<Request>("batch_size: 500"));
  ExpectWhole(before, 3000);
  world.Fault(Rule("mutate", {{"times", 0}, {"add", 7}, {"remove", 7}, {"change", 7}}));
  const Exported during = Export(world, Make<Request>("batch_size: 100"));
  world.ClearFaults();
  const Exported after = Export(world, Make<Request>("batch_size: 500"));
  EXPECT_TRUE(during.status.ok()) << during.status.error_message();
  const std::set<std::string> seen(during.ids.begin(), during.ids.end());
  EXPECT_EQ(seen.size(), during.ids.size()) << "an alert came twice";
  const std::set<std::string> still(after.ids.begin(), after.ids.end());
  int kept = 0;
  for (const std::string& id : before.ids) {
    if (!still.contains(id)) continue;
    ++kept;
    EXPECT_TRUE(seen.contains(id)) << id;
  }
  EXPECT_GT(kept, 2000);
}

TEST(Export, GoesOnAfterFalconRestartsInTheMiddle) {
  World world({{"--alerts", "5000", "--now", kPinned}});
  const Exported all = Export(world, Make<Request>("batch_size: 250"), [&](const Exported& so_far) {
    if (so_far.messages == 5) {
      world.KillSimulator();
      world.StartSimulator();
    }
    return true;
  });
  ExpectWhole(all, 5000);
}

TEST(Export, IsCompletedByItsResumeTokenAfterFalconWasGone) {
  World world({{"--alerts", "5000", "--now", kPinned}});
  auto request = Make<Request>("batch_size: 250");
  Exported all = Export(world, request, [&](const Exported& so_far) {
    if (so_far.messages == 5) world.KillSimulator();
    return true;
  });
  ASSERT_EQ(all.status.error_code(), StatusCode::UNAVAILABLE) << all.status.error_message();
  ASSERT_LT(all.ids.size(), 5000U);
  world.StartSimulator();
  request.set_resume_token(all.resume_token);
  const Exported rest = Export(world, request);
  EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
  all.ids.insert(all.ids.end(), rest.ids.begin(), rest.ids.end());
  all.status = rest.status;
  all.exported = rest.exported;
  ExpectWhole(all, 5000);
}

TEST(Export, IsCompletedByItsResumeTokenAfterTheReaderLeft) {
  World world({{"--alerts", "3000"}});
  ExpectCompletedByItsToken(world, Make<Request>("batch_size: 250"), 3000,
                            [](const Exported& so_far) { return so_far.messages < 3; });
}

TEST(Export, EndsUpstreamWhenTheReaderLeaves) {
  World world({{"--alerts", "20000"}});
  const Exported some =
      Export(world, Make<Request>("batch_size: 100"), [](const Exported&) { return false; });
  EXPECT_EQ(some.status.error_code(), StatusCode::CANCELLED);
  // Whatever was on its way is over once other calls have gone the same way.
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
  }
  const int calls = world.Calls(kPages);
  EXPECT_LT(calls, 100);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
  }
  EXPECT_EQ(world.Calls(kPages), calls);
}

TEST(Export, FetchesNoMoreThanAFewPagesAheadOfAReaderThatStandsStill) {
  World world({{"--alerts", "20000"}});
  grpc::ClientContext context;
  const auto request = Make<Request>("view: RECORD_VIEW_FULL");
  v1::DetectionService::Stub detections(world.channel());
  const auto reader = detections.ExportDetections(&context, request);
  v1::ExportDetectionsResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  int records = batch.detections_size();
  // Sixty calls pass it by the same loop and the same wire: time enough for it to run ahead.
  for (int i = 0; i < 60; ++i) {
    EXPECT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 100")).status.ok());
  }
  // Of forty pages of two megabytes: what the windows of the connection take, and one more.
  EXPECT_LE(world.Calls(kPages), 12);
  while (reader->Read(&batch)) records += batch.detections_size();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(records, 20'000);
}

TEST(Export, KeepsToTheBatchSizeThatWasAskedFor) {
  World world({{"--alerts", "300"}});
  const Exported small = Export(world, Make<Request>("batch_size: 7"));
  ExpectWhole(small, 300);
  EXPECT_EQ(small.largest, 7);
  EXPECT_EQ(small.messages, 43);
}

TEST(Export, BringsWholeRecordsInMessagesThatAnyClientTakes) {
  World world({{"--alerts", "2000"}});
  const Exported all = Export(world, Make<Request>("view: RECORD_VIEW_FULL"));
  ExpectWhole(all, 2000);
  EXPECT_LT(all.largest_size, size_t{4} << 20);
}

TEST(Export, OfNothingIsAnEmptyStream) {
  World world({{"--alerts", "300"}});
  const Exported none = Export(world, Make<Request>("filter { hostname: 'no-such-host' }"));
  EXPECT_TRUE(none.status.ok()) << none.status.error_message();
  EXPECT_TRUE(none.ids.empty());
}

TEST(Export, OfHostsBringsAllHostsAndNoneTwice) {
  World world({{"--hosts", "3000", "--cursor-uses", "3"}});
  const auto request = Make<v1::ExportHostsRequest>(
      "batch_size: 200 read_mask { paths: ['device_id', 'first_seen'] }");
  ExpectWhole(Export(world, request), 3000);
}

TEST(Drain, CallsInFlightEndWellAndTheProgramWithZero) {
  World world({{"--alerts", "300"}});
  ASSERT_TRUE(Ask(world, Make<v1::ListHostsRequest>("page_size: 1")).status.ok());
  world.ResetLedger();
  world.Fault(Rule("latency", {{"ms", 1500}, {"times", 0}}));
  grpc::Status status(StatusCode::UNKNOWN, "");
  std::thread caller(
      [&] { status = Ask(world, Make<v1::ListDetectionsRequest>("page_size: 1")).status; });
  WaitUntil([&] { return world.Calls() == 1; });
  world.gateway_program().Signal(SIGTERM);
  EXPECT_EQ(world.gateway_program().Wait(), 0);
  caller.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_NE(world.gateway_program().Log().find("\"stopped\""), std::string::npos);
}

TEST(Drain, IdleGatewayEndsWithZero) {
  World world({{"--alerts", "300"}});
  world.gateway_program().Signal(SIGTERM);
  EXPECT_EQ(world.gateway_program().Wait(), 0);
}

}  // namespace
}  // namespace falcon::e2e

// Permits that are reserved for callers, and calls that reservations must not block.
#include <gmock/gmock.h>

#include "tests/unit/upstream/admission_queue_fixture.h"

namespace falcon::upstream {
namespace {

using falcon::testing::OnLoop;
using falcon::testing::Running;
using ::testing::ElementsAre;

class AdmissionQueueSharesTest : public AdmissionQueueTest {
 protected:
  AdmissionQueueSharesTest() : AdmissionQueueTest({.permits = 4, .max_waiting = 100}) {}

  // "a" holds two permits; "b" usually holds the other two and has just released them.
  void KeepTwoForB() {
    for (const char* caller : {"b", "b", "a", "a"}) {
      EXPECT_EQ(Start(caller).Get(), absl::OkStatus());
    }
    timer_.Advance(seconds(10));
    Leave();
    Leave();
  }
};

TEST_F(AdmissionQueueSharesTest, FlooderLeavesReservedPermitsFree) {
  Running<absl::Status> small = Start("small");
  EXPECT_EQ(small.Get(), absl::OkStatus());
  timer_.Advance(seconds(10));
  Leave();
  std::vector<Running<absl::Status>> flood;
  for (int i = 0; i < 10; ++i) flood.push_back(Start("flood"));
  EXPECT_EQ(Stats().in_flight, 3u);
  EXPECT_EQ(Start("small").Get(), absl::OkStatus()) << "at once";
  for (int i = 0; i < 4; ++i) Leave();
  EXPECT_EQ(Stats().in_flight, 3u) << "kept for the small one again";
  timer_.Advance(seconds(10));
  Leave();
  EXPECT_EQ(Stats().in_flight, 4u) << "it stays away";
  for (int i = 0; i < 6; ++i) Leave();
  for (Running<absl::Status>& one : flood) EXPECT_EQ(one.Get(), absl::OkStatus());
  EXPECT_EQ(Stats().in_flight, 0u);
}

TEST_F(AdmissionQueueSharesTest, ReservationEndsWhenCallerStaysAway) {
  KeepTwoForB();
  Running<absl::Status> third = Start("a");
  EXPECT_EQ(Stats().waiting, 1u);
  for (int i = 0; i < 8; ++i) {
    UntilSweptAfter(1);
    timer_.Advance(milliseconds(500));
  }
  EXPECT_EQ(third.Get(), absl::OkStatus()) << "though nobody came and nobody left";
}

TEST_F(AdmissionQueueSharesTest, ReservationsDoNotBlockExports) {
  KeepTwoForB();
  EXPECT_EQ(Start("a", Priority::kExport).Get(), absl::OkStatus());
  EXPECT_EQ(Start("c", Priority::kExport).Get(), absl::OkStatus());
}

TEST_F(AdmissionQueueSharesTest, NothingIsReservedForBlockedExports) {
  std::vector<Running<absl::Status>> all;
  for (const char* caller : {"v", "w", "x", "y", "z"}) {
    all.push_back(Start(caller, Priority::kExport));
  }
  EXPECT_EQ(Stats().in_flight, 2u) << "half of the permits";
  timer_.Advance(seconds(10));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Start("a").Get(), absl::OkStatus());
  EXPECT_EQ(Stats().in_flight, 4u);
  for (int i = 0; i < 7; ++i) Leave();
}

}  // namespace
}  // namespace falcon::upstream

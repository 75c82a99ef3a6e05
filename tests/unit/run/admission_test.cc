// Places, the queue before them, and those who leave it.
#include "run/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"

namespace falcon::run {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::FakeClock;
using falcon::testing::OnLoop;
using falcon::testing::Running;

class AdmissionTest : public ::testing::Test {
 protected:
  ~AdmissionTest() override {
    OnLoop(loop_, [this] { held_.clear(); });
  }

  // Enters, notes its name, and keeps the place until Leave.
  Task<absl::Status> Visit(std::string name) {
    absl::StatusOr<Admission::Place> place =
        co_await admission_.Enter(Deadline::In(clock_, seconds(60)));
    if (!place.ok()) co_return place.status();
    entered_.push_back(name);
    held_.emplace_back(*std::move(place));
    co_return absl::OkStatus();
  }
  Running<absl::Status> Start(std::string name) {
    return Running<absl::Status>(loop_, Visit(std::move(name)));
  }
  // The one who entered first leaves.
  void Leave() {
    OnLoop(loop_, [this] { LeaveOnLoop(); });
  }
  void LeaveOnLoop() {
    std::optional<Admission::Place> place(std::move(held_.front()));
    held_.pop_front();
  }
  size_t Waiting() {
    size_t waiting = 0;
    OnLoop(loop_, [&] { waiting = admission_.waiting(); });
    return waiting;
  }
  std::vector<std::string> Entered() {
    std::vector<std::string> entered;
    OnLoop(loop_, [&] { entered = entered_; });
    return entered;
  }

  Loop loop_{"loop"};
  FakeClock clock_;
  Admission admission_{loop_, clock_, /*places=*/1, /*max_waiting=*/3};
  std::vector<std::string> entered_;  // loop thread only, both
  std::list<Admission::Place> held_;
};

TEST_F(AdmissionTest, LetsInAsManyAsThereArePlacesAndTheRestInTurn) {
  Running<absl::Status> a = Start("a"), b = Start("b"), c = Start("c");
  EXPECT_EQ(a.Get(), absl::OkStatus());
  EXPECT_EQ(Waiting(), 2U);
  Leave();
  EXPECT_EQ(b.Get(), absl::OkStatus());
  Leave();
  EXPECT_EQ(c.Get(), absl::OkStatus());
  EXPECT_THAT(Entered(), ::testing::ElementsAre("a", "b", "c"));
  EXPECT_EQ(Waiting(), 0U);
}

TEST_F(AdmissionTest, TurnsAwayWhenTooManyWait) {
  std::vector<Running<absl::Status>> visitors;
  for (int i = 0; i < 4; ++i) visitors.push_back(Start("in"));
  const absl::Status full = *Start("out").Get();
  EXPECT_THAT(full, FailsWith(StatusCode::kResourceExhausted, "QUEUE_FULL"));
  EXPECT_TRUE(RetryAfter(full).has_value());
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(visitors[i].Get(), absl::OkStatus());
    Leave();
  }
}

TEST_F(AdmissionTest, RefusesOneWhoseDeadlineHasPassed) {
  const Deadline passed(clock_.Now());
  Running<absl::StatusOr<Admission::Place>> late(loop_, admission_.Enter(passed));
  EXPECT_THAT(*late.Get(), FailsWith(StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"));
}

TEST_F(AdmissionTest, ACancelledWaiterLeavesTheQueue) {
  Running<absl::Status> a = Start("a"), leaver = Start("leaver"), c = Start("c");
  EXPECT_EQ(a.Get(), absl::OkStatus());
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  EXPECT_EQ(Waiting(), 1U);
  Leave();
  EXPECT_EQ(c.Get(), absl::OkStatus());
  EXPECT_THAT(Entered(), ::testing::ElementsAre("a", "c"));
}

TEST_F(AdmissionTest, APlaceThatIsHandedToALeaverIsNotLost) {
  Running<absl::Status> a = Start("a"), leaver = Start("leaver"), c = Start("c");
  EXPECT_EQ(a.Get(), absl::OkStatus());
  // In one turn of the loop: the place goes to the leaver, who is cancelled before it can run.
  OnLoop(loop_, [&] {
    LeaveOnLoop();
    leaver.CancelOnLoop();
  });
  if (leaver.Get().has_value()) Leave();
  EXPECT_EQ(c.Get(), absl::OkStatus());
}

TEST_F(AdmissionTest, AFreedPlaceIsFreeForTheNext) {
  EXPECT_EQ(Start("a").Get(), absl::OkStatus());
  Leave();
  EXPECT_EQ(Start("b").Get(), absl::OkStatus());
}

}  // namespace
}  // namespace falcon::run

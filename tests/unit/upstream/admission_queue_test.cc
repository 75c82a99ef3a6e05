// Permits, the queue for them, and calls that leave it.
#include "upstream/call/admission_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/upstream/admission_queue_fixture.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::FakeClock;
using falcon::testing::FakeTimer;
using falcon::testing::OnLoop;
using falcon::testing::Running;
using ::testing::ElementsAre;

TEST_F(AdmissionQueueTest, AdmitsUpToPermitsAndQueuesTheRest) {
  Running<absl::Status> a = Start("a"), b = Start("b"), c = Start("c");
  EXPECT_EQ(a.Get(), absl::OkStatus());
  EXPECT_EQ(Stats().waiting, 2u);
  Leave();
  EXPECT_EQ(b.Get(), absl::OkStatus());
  Leave();
  EXPECT_EQ(c.Get(), absl::OkStatus());
  EXPECT_THAT(Entered(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(Stats().waiting, 0u);
  EXPECT_EQ(Stats().waited, 2);
  EXPECT_EQ(Stats().in_flight, 1u);
}

TEST_F(AdmissionQueueTest, AlternatesBetweenCallers) {
  Running<absl::Status> in = Start("in"), a1 = Start("a"), a2 = Start("a"), b = Start("b");
  for (int i = 0; i < 3; ++i) Leave();
  EXPECT_EQ(a2.Get(), absl::OkStatus());
  EXPECT_THAT(Entered(), ElementsAre("in", "a", "b", "a"));
}

TEST_F(AdmissionQueueTest, ShedsWhenQueueIsFull) {
  std::vector<Running<absl::Status>> visitors;
  for (const char* caller : {"a", "b", "c", "d"}) visitors.push_back(Start(caller));
  const absl::Status full = *Start("e").Get();
  EXPECT_THAT(full, FailsWith(StatusCode::kResourceExhausted, "QUEUE_FULL"));
  EXPECT_EQ(Metadata(full)["limit"], "all_callers");
  EXPECT_EQ(RetryAfter(full), seconds(1));
  EXPECT_EQ(Stats().shed_all_callers, 1);
  for (Running<absl::Status>& visitor : visitors) {
    EXPECT_EQ(visitor.Get(), absl::OkStatus());
    Leave();
  }
}

TEST_F(AdmissionQueueTest, ShedsWhenCallersQueueIsFull) {
  Running<absl::Status> in = Start("a"), first = Start("a"), second = Start("a", Priority::kExport);
  const absl::Status full = *Start("a").Get();
  EXPECT_THAT(full, FailsWith(StatusCode::kResourceExhausted, "QUEUE_FULL"));
  EXPECT_EQ(Metadata(full)["limit"], "this_caller");
  EXPECT_TRUE(RetryAfter(full).has_value());
  EXPECT_EQ(Stats().shed_this_caller, 1);
  Running<absl::Status> other = Start("b");
  EXPECT_EQ(Stats().waiting, 3u);
  for (int i = 0; i < 3; ++i) Leave();
  EXPECT_EQ(other.Get(), absl::OkStatus());
  EXPECT_EQ(second.Get(), absl::OkStatus());
}

TEST_F(AdmissionQueueTest, ShedsAfterMaxWait) {
  Running<absl::Status> in = Start("in"), early = Start("early");
  UntilSweptAfter(1);
  timer_.Advance(seconds(20));
  Running<absl::Status> late = Start("late");
  EXPECT_EQ(Stats().waiting, 2u);
  timer_.Advance(seconds(10));
  const absl::Status old = *early.Get();
  EXPECT_THAT(old, FailsWith(StatusCode::kResourceExhausted, "QUEUE_TIMEOUT"));
  EXPECT_EQ(Metadata(old)["limit"], "time");
  EXPECT_TRUE(RetryAfter(old).has_value());
  EXPECT_EQ(Stats().waiting, 1u);
  UntilSweptAfter(2);
  timer_.Advance(seconds(20));
  EXPECT_FALSE(late.Get()->ok());
  EXPECT_EQ(Stats().shed_time, 2);
  // The permit is not lost.
  Leave();
  EXPECT_EQ(Start("next").Get(), absl::OkStatus());
}

TEST_F(AdmissionQueueTest, MaxWaitAppliesAgainAfterQueueWasEmpty) {
  Running<absl::Status> in = Start("in"), served = Start("served");
  UntilSweptAfter(1);
  Leave();
  EXPECT_EQ(served.Get(), absl::OkStatus());
  timer_.Advance(seconds(30));
  Running<absl::Status> late = Start("late");
  UntilSweptAfter(2);
  timer_.Advance(seconds(30));
  EXPECT_THAT(*late.Get(), FailsWith(StatusCode::kResourceExhausted, "QUEUE_TIMEOUT"));
}

TEST_F(AdmissionQueueTest, RejectsPassedDeadline) {
  AdmissionRequest late{"a", Priority::kInteractive, Deadline(clock_.Now())};
  Running<absl::StatusOr<AdmissionQueue::Permit>> entry(loop_, admission_.Acquire(late));
  EXPECT_THAT(*entry.Get(), FailsWith(StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"));
}

TEST_F(AdmissionQueueTest, CancelledWaiterLeavesQueue) {
  Running<absl::Status> a = Start("a"), leaver = Start("leaver"), c = Start("c");
  EXPECT_EQ(a.Get(), absl::OkStatus());
  leaver.Cancel();
  EXPECT_EQ(leaver.Get(), std::nullopt);
  EXPECT_EQ(Stats().waiting, 1u);
  Leave();
  EXPECT_EQ(c.Get(), absl::OkStatus());
  EXPECT_THAT(Entered(), ElementsAre("a", "c"));
}

TEST_F(AdmissionQueueTest, PermitGrantedToCancelledWaiterIsNotLost) {
  Running<absl::Status> a = Start("a"), leaver = Start("leaver"), c = Start("c");
  EXPECT_EQ(a.Get(), absl::OkStatus());
  // In one turn of the loop: the permit goes to a waiter that is cancelled before it can run.
  OnLoop(loop_, [&] {
    LeaveOnLoop();
    leaver.CancelOnLoop();
  });
  if (leaver.Get().has_value()) Leave();
  EXPECT_EQ(c.Get(), absl::OkStatus());
}

TEST_F(AdmissionQueueTest, ReleasedPermitGoesToNext) {
  EXPECT_EQ(Start("a").Get(), absl::OkStatus());
  Leave();
  EXPECT_EQ(Start("b").Get(), absl::OkStatus());
}

class AdmissionQueueShedUntilTest : public AdmissionQueueTest {
 protected:
  AdmissionQueueShedUntilTest() : AdmissionQueueTest({.permits = 1, .max_waiting = 20'000}) {}
  // Nobody is served for `span`.
  void ShedUntil(milliseconds span) {
    OnLoop(loop_, [&] { admission_.ShedUntil(clock_.Now() + span, closed_); });
  }
  const absl::Status closed_ =
      Error(StatusCode::kResourceExhausted, "RATE_LIMITED", "closed for a while");
};

TEST_F(AdmissionQueueShedUntilTest, ShedsWaiterWhoseDeadlineEndsBeforeCooldown) {
  Running<absl::Status> in = Start("in");
  Running<absl::Status> hasty = Start("a", Priority::kInteractive, seconds(5));
  Running<absl::Status> exact = Start("a", Priority::kExport, seconds(10));
  Running<absl::Status> patient = Start("b", Priority::kInteractive, milliseconds(10'001));
  EXPECT_EQ(Stats().waiting, 3u);
  ShedUntil(seconds(10));
  EXPECT_EQ(hasty.Get(), closed_);
  EXPECT_EQ(exact.Get(), closed_);
  EXPECT_EQ(Stats().waiting, 1u);
  EXPECT_EQ(Stats().shed_by_deadline, 2);
  Leave();
  EXPECT_EQ(patient.Get(), absl::OkStatus());
  ShedUntil(seconds(1000));
  EXPECT_EQ(Stats().shed_by_deadline, 2) << "who holds a place keeps it";
}

TEST_F(AdmissionQueueShedUntilTest, ShedUntilSkipsAdmittedAndCancelledWaiters) {
  Running<absl::Status> in = Start("in"), served = Start("served"), leaver = Start("leaver");
  EXPECT_EQ(in.Get(), absl::OkStatus());
  // In one turn of the loop, before any of them can run.
  OnLoop(loop_, [&] {
    LeaveOnLoop();
    leaver.CancelOnLoop();
    admission_.ShedUntil(clock_.Now() + seconds(1000), closed_);
  });
  EXPECT_EQ(served.Get(), absl::OkStatus());
  EXPECT_NE(leaver.Get(), absl::OkStatus());
  EXPECT_EQ(Stats().waiting, 0u);
  EXPECT_EQ(Stats().in_flight, 1u);
}

TEST_F(AdmissionQueueShedUntilTest, ShedsAllOrNoneOfTenThousand) {
  constexpr int kMany = 10'000;
  Running<absl::Status> in = Start("in");
  std::vector<Running<absl::Status>> waiting;
  for (int i = 0; i < kMany; ++i) {
    waiting.push_back(Start("a", Priority::kInteractive, milliseconds(10'000 + i)));
  }
  for (int i = 0; i < 1000; ++i) ShedUntil(seconds(1));
  EXPECT_EQ(Stats().waiting, static_cast<size_t>(kMany));
  ShedUntil(seconds(30));
  for (Running<absl::Status>& one : waiting) EXPECT_EQ(one.Get(), closed_);
  EXPECT_EQ(Stats().shed_by_deadline, kMany);
}

TEST(AdmissionQueueLifetimeTest, PermitsAndWaitersMayOutliveQueue) {
  FakeClock clock;
  std::list<AdmissionQueue::Permit> held;
  {
    runtime::Loop loop("loop");
    FakeTimer timer(loop, clock);
    AdmissionQueue admission(loop, clock, timer, {.permits = 1});
    const auto come = [&]() -> Task<absl::Status> {
      AdmissionRequest request{"a", Priority::kInteractive, Deadline::In(clock, seconds(60))};
      absl::StatusOr<AdmissionQueue::Permit> place = co_await admission.Acquire(std::move(request));
      held.emplace_back(*std::move(place));
      co_return absl::OkStatus();
    };
    Running<absl::Status> in(loop, come());
    Running<absl::Status> waiting(loop, come());
    OnLoop(loop, [&] { EXPECT_EQ(admission.stats().waiting, 1u); });
    loop.Stop();
  }
  held.clear();
}

class AdmissionQueueExportTest : public AdmissionQueueTest {
 protected:
  AdmissionQueueExportTest() : AdmissionQueueTest({.permits = 4, .max_waiting = 100}) {}
  Running<absl::Status> StartExport(std::string caller) {
    return Start(std::move(caller), Priority::kExport);
  }
};

TEST_F(AdmissionQueueExportTest, ExportsHoldAtMostHalfOfPermits) {
  Running<absl::Status> one = StartExport("e"), two = StartExport("e"), three = StartExport("e");
  EXPECT_EQ(Stats().in_flight, 2u);
  EXPECT_EQ(Stats().exports_in_flight, 2u);
  EXPECT_EQ(Stats().waiting, 1u);
  EXPECT_EQ(Start("i").Get(), absl::OkStatus());
  EXPECT_EQ(Stats().waiting, 1u);
  Leave();
  EXPECT_EQ(three.Get(), absl::OkStatus());
  EXPECT_EQ(Stats().exports_in_flight, 2u);
}

TEST_F(AdmissionQueueExportTest, ExportDoesNotOvertakeWaitingExport) {
  Running<absl::Status> one = StartExport("a"), two = StartExport("a"), three = StartExport("a");
  Running<absl::Status> four = StartExport("b");
  EXPECT_EQ(Stats().waiting, 2u);
  Leave();
  EXPECT_EQ(three.Get(), absl::OkStatus());
  Leave();
  EXPECT_EQ(four.Get(), absl::OkStatus());
}

TEST_F(AdmissionQueueExportTest, ExportIsNotStarvedByInteractiveCalls) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Start("i").Get(), absl::OkStatus());
  std::vector<Running<absl::Status>> visitors;
  visitors.push_back(StartExport("e"));
  for (int i = 0; i < 20; ++i) visitors.push_back(Start("i"));
  for (int i = 0; i < 8; ++i) Leave();
  EXPECT_EQ(visitors[0].Get(), absl::OkStatus());
  std::vector<std::string> entered = Entered();
  entered.erase(entered.begin(), entered.begin() + 4);
  EXPECT_THAT(entered, ElementsAre("i", "i", "i", "i", "i", "i", "i", "e"));
  for (int i = 0; i < 17; ++i) Leave();
}

TEST(AdmissionQueueDefaultsTest, WorkForSinglePermitAndSingleWaiter) {
  FakeClock clock;
  runtime::Loop loop("loop");
  FakeTimer timer(loop, clock);
  AdmissionQueue admission(loop, clock, timer, {.permits = 1, .max_waiting = 1});
  AdmissionRequest request{"a", Priority::kExport, Deadline::In(clock, seconds(60))};
  Running<absl::StatusOr<AdmissionQueue::Permit>> entry(loop, admission.Acquire(request));
  EXPECT_THAT(*entry.Get(), falcon::testing::IsOk());
}

}  // namespace
}  // namespace falcon::upstream

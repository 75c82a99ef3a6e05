// AdmissionQueue: permits, the queue for them, reserved permits, and calls that leave it.
#include "upstream/call/admission_queue.h"

#include <gmock/gmock.h>

#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::FakeClock;
using falcon::testing::FakeTimer;
using falcon::testing::OnLoop;
using falcon::testing::Running;
using ::testing::ElementsAre;

class AdmissionQueueTest : public ::testing::Test {
 protected:
  explicit AdmissionQueueTest(AdmissionQueueOptions options = {.permits = 1,
                                                               .max_waiting = 3,
                                                               .max_waiting_per_caller = 2,
                                                               .max_wait = seconds(30)})
      : admission_(loop_, clock_, timer_, options) {}
  ~AdmissionQueueTest() override {
    testing::OnLoop(loop_, [this] { held_.clear(); });
  }

  // Acquires a permit, records its caller, and holds the permit until Leave.
  Task<absl::Status> Come(std::string caller, Priority priority, Deadline deadline) {
    AdmissionRequest request{caller, priority, deadline};
    absl::StatusOr<AdmissionQueue::Permit> permit = co_await admission_.Acquire(std::move(request));
    if (!permit.ok()) co_return permit.status();
    entered_.push_back(caller);
    held_.emplace_back(*std::move(permit));
    co_return absl::OkStatus();
  }
  testing::Running<absl::Status> Start(std::string caller,
                                       Priority priority = Priority::kInteractive) {
    return Start(std::move(caller), priority, seconds(60));
  }
  testing::Running<absl::Status> Start(std::string caller, Priority priority,
                                       milliseconds deadline) {
    const Deadline in = Deadline::In(clock_, deadline);
    return testing::Running<absl::Status>(loop_, Come(std::move(caller), priority, in));
  }
  // Releases the permit that is held longest, as soon as there is one.
  void Leave() {
    bool left = false;
    while (!left) {
      testing::OnLoop(loop_, [&] {
        left = !held_.empty();
        if (left) LeaveOnLoop();
      });
    }
  }
  void LeaveOnLoop() {
    std::optional<AdmissionQueue::Permit> place(std::move(held_.front()));
    held_.pop_front();
  }
  AdmissionQueueStats Stats() {
    AdmissionQueueStats stats;
    testing::OnLoop(loop_, [&] { stats = admission_.stats(); });
    return stats;
  }
  std::vector<std::string> Entered() {
    std::vector<std::string> entered;
    testing::OnLoop(loop_, [&] { entered = entered_; });
    return entered;
  }
  void UntilSweptAfter(size_t sleeps) {
    size_t slept = 0;
    while (slept < sleeps) testing::OnLoop(loop_, [&] { slept = timer_.slept().size(); });
  }

  runtime::Loop loop_{"loop"};
  testing::FakeClock clock_;
  testing::FakeTimer timer_{loop_, clock_};
  AdmissionQueue admission_;
  std::vector<std::string> entered_;  // loop thread only, both
  std::list<AdmissionQueue::Permit> held_;
};

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

// AdmissionQueue under random calls and cancellations: no permit is lost or granted twice.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"
#include "upstream/call/admission_queue.h"

namespace falcon::upstream {
namespace {

using falcon::testing::FakeClock;
using falcon::testing::FakeTimer;
using falcon::testing::OnLoop;
using falcon::testing::Running;

constexpr size_t kPermits = 5;
constexpr size_t kExportPermits = 2;

class AdmissionQueuePropertyTest : public ::testing::TestWithParam<int> {
 protected:
  struct Visitor {
    std::optional<Running<absl::Status>> task;
    std::optional<AdmissionQueue::Permit> place;
    Priority priority = Priority::kInteractive;
  };

  ~AdmissionQueuePropertyTest() override {
    OnLoop(loop_, [this] {
      for (auto& visitor : visitors_) visitor->place.reset();
    });
    for (auto& visitor : visitors_) {
      visitor->task->Cancel();
      visitor->task->Get();
    }
  }

  Task<absl::Status> Come(AdmissionRequest request, Visitor& visitor) {
    absl::StatusOr<AdmissionQueue::Permit> place = co_await admission_.Acquire(std::move(request));
    if (!place.ok()) co_return place.status();
    visitor.place.emplace(*std::move(place));
    CountInside();
    co_return absl::OkStatus();
  }
  void CountInside() {
    size_t inside = 0;
    size_t exports = 0;
    for (const auto& visitor : visitors_) {
      if (!visitor->place.has_value()) continue;
      ++inside;
      if (visitor->priority == Priority::kExport) ++exports;
    }
    EXPECT_LE(inside, kPermits);
    EXPECT_LE(exports, kExportPermits);
  }
  void Begin() {
    auto visitor = std::make_unique<Visitor>();
    visitor->priority = dice_() % 3 == 0 ? Priority::kExport : Priority::kInteractive;
    const seconds patience(1 + dice_() % 999);
    AdmissionRequest request{StrCat("caller ", dice_() % 4), visitor->priority,
                             Deadline::In(clock_, patience)};
    Visitor& in_place = *visitor;
    OnLoop(loop_, [&] { visitors_.push_back(std::move(visitor)); });
    in_place.task.emplace(loop_, Come(std::move(request), in_place));
  }
  Visitor& Any() { return *visitors_[dice_() % visitors_.size()]; }
  // Releases, cancels and sheds calls in one turn of the loop, so that permits go to cancelled
  // calls too.
  void Stir() {
    OnLoop(loop_, [this] {
      for (unsigned i = 0; i < 1 + dice_() % 4; ++i) {
        if (dice_() % 2 == 0) {
          Any().place.reset();
        } else {
          Any().task->CancelOnLoop();
        }
        if (dice_() % 8 != 0) continue;
        admission_.ShedUntil(clock_.Now() + seconds(dice_() % 100),
                             absl::UnavailableError("closed"));
      }
    });
  }
  // No call waits any more, so all permits are free.
  void ExpectAllServedOnceAllLeave() {
    size_t busy = 1;
    while (busy > 0) {
      OnLoop(loop_, [&] {
        for (auto& visitor : visitors_) visitor->place.reset();
        const AdmissionQueueStats stats = admission_.stats();
        busy = stats.in_flight + stats.waiting;
      });
    }
    EXPECT_EQ(admission_.stats().exports_in_flight, 0u);
  }

  std::mt19937 dice_{static_cast<unsigned>(GetParam())};
  runtime::Loop loop_{"loop"};
  FakeClock clock_;
  FakeTimer timer_{loop_, clock_};
  AdmissionQueue admission_{loop_,
                            clock_,
                            timer_,
                            {.permits = kPermits,
                             .export_permits = kExportPermits,
                             .max_waiting = 60,
                             .max_wait = seconds(5)}};
  std::vector<std::unique_ptr<Visitor>> visitors_;
};

TEST_P(AdmissionQueuePropertyTest, NoPermitIsLostOrGrantedTwice) {
  for (int step = 0; step < 600; ++step) {
    Begin();
    if (step % 2 == 0) Stir();
    if (step % 50 == 0) timer_.Advance(seconds(1));
  }
  ExpectAllServedOnceAllLeave();
  // Once the reservations have faded, as many calls as permits are admitted at once.
  timer_.Advance(seconds(10));
  for (size_t i = 0; i < kPermits; ++i) {
    AdmissionRequest request{"new", Priority::kInteractive, Deadline::In(clock_, seconds(999))};
    auto visitor = std::make_unique<Visitor>();
    Visitor& in_place = *visitor;
    OnLoop(loop_, [&] { visitors_.push_back(std::move(visitor)); });
    in_place.task.emplace(loop_, Come(std::move(request), in_place));
  }
  OnLoop(loop_, [this] { EXPECT_EQ(admission_.stats().in_flight, kPermits); });
}

INSTANTIATE_TEST_SUITE_P(Seeds, AdmissionQueuePropertyTest, ::testing::Range(0, 10));

}  // namespace
}  // namespace falcon::upstream

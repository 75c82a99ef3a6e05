// Callers that acquire, hold and release permits, on a fake clock.
#ifndef FALCON_TESTS_UNIT_UPSTREAM_ADMISSION_QUEUE_FIXTURE_H_
#define FALCON_TESTS_UNIT_UPSTREAM_ADMISSION_QUEUE_FIXTURE_H_

#include <gtest/gtest.h>

#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"
#include "upstream/call/admission_queue.h"

namespace falcon::upstream {

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

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_ADMISSION_QUEUE_FIXTURE_H_

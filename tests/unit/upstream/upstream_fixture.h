// Calls over a scripted transport, with time that stands still.
#ifndef FALCON_TESTS_UNIT_UPSTREAM_UPSTREAM_FIXTURE_H_
#define FALCON_TESTS_UNIT_UPSTREAM_UPSTREAM_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/fake_transport.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"
#include "upstream/call/caller.h"

namespace falcon::upstream {

using testing::Await;
using testing::FakeClock;
using testing::FakeTimer;
using testing::FakeTransport;
using testing::OnLoop;

// A query answer that holds one id.
inline constexpr std::string_view kOneId =
    R"({"meta":{"trace_id":"t-1"},"errors":[],"resources":["a"]})";

class UpstreamTest : public ::testing::Test {
 protected:
  Deadline In(milliseconds span) const { return Deadline::In(clock, span); }

  absl::StatusOr<json::Document> Call(Reading& reading,
                                      const Operation& what = operation::kQueryDevices) {
    return Await(loop, attempts.Call(UpstreamCall(what), reading));
  }

  // Waits until `holds` is true on the loop. Nothing sleeps: the loop is at work meanwhile.
  template <class Predicate>
  void Until(Predicate holds) {
    bool held = false;
    while (!held) {
      OnLoop(loop, [&] { held = holds(); });
      std::this_thread::yield();
    }
  }

  FakeClock clock;
  runtime::Loop loop{"falcon-test"};
  FakeTimer timer{loop, clock};
  FakeTransport transport;
  AdmissionQueue admission{loop, clock, timer, {.permits = 2, .max_waiting = 100}};
  RateBudget budget{clock, timer};
  // Faults in a row are what tests are made of.
  Bulkheads bulkheads{
      loop, clock, timer, [] { return 0.5; }, {.circuit_breaker = {.min_calls = 0}}};
  Attempts attempts{
      {admission, bulkheads, budget, transport, clock, timer}, RetryPolicy{}, [] { return 1.0; }};
  Caller caller{attempts, loop, clock, timer};
};

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_UPSTREAM_FIXTURE_H_

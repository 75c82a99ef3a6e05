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
#include "tests/support/upstream_chain.h"
#include "upstream/operation/operation_table.h"

namespace falcon::upstream {

using testing::Await;
using testing::ChainOptions;
using testing::FailsWith;
using testing::FakeClock;
using testing::FakeTimer;
using testing::FakeTransport;
using testing::IsOk;
using testing::OnLoop;
using testing::Response;
using testing::Running;
using testing::UpstreamChain;

// A query answer that holds one id.
inline constexpr std::string_view kOneId =
    R"({"meta":{"trace_id":"t-1"},"errors":[],"resources":["a"]})";

// What a call is given and what it reports.
struct TestCall : CallOptions, CallStats {
  explicit TestCall(Deadline until, Priority rank = Priority::kInteractive)
      : CallOptions(until, rank) {}
};

using Answer = UpstreamClient::Response;
using Records = UpstreamClient::Records;

inline Task<Answer> Ask(UpstreamClient& client, UpstreamRequest request, TestCall& call) {
  co_return co_await client.Call(request, call, call);
}
inline Task<Answer> Ask(UpstreamClient& client, const Operation& what, TestCall& call) {
  return Ask(client, UpstreamRequest(what), call);
}
inline Task<Records> Find(UpstreamClient& client, LookupRequest request, TestCall& call) {
  co_return co_await client.Lookup(request, call, call);
}

class UpstreamTest : public ::testing::Test {
 protected:
  Deadline In(milliseconds span) const { return Deadline::In(clock, span); }

  UpstreamChain Chain(http::HttpTransport& over, const ChainOptions& options = {}) {
    return UpstreamChain({loop, clock, timer, admission, bulkheads, budget, over}, options);
  }
  Answer Call(TestCall& call, const Operation& what = operation::kQueryDevices) {
    return Await(loop, Ask(chain.retrying, what, call));
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
  UpstreamChain chain{{loop, clock, timer, admission, bulkheads, budget, transport}};
  UpstreamClient& client = chain.cached;
};

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_UPSTREAM_FIXTURE_H_

// Cancelled callers: their transfers end, and all other callers get a response.
#include <random>

#include "tests/unit/http/transport_fixture.h"

namespace falcon::http {
namespace {

class CurlCancelTest : public TransportTest {
 protected:
  // Once a request that was sent after a cancellation is answered, the wire thread has seen both.
  void PassTheWire(LoopbackServer& server) { ASSERT_THAT(SendGet(server.Url("/last")), IsOk()); }
};

TEST_F(CurlCancelTest, CancellationUnwindsCallerAndEndsTransfer) {
  LoopbackServer server([](const SeenRequest& request) -> Script {
    if (request.target == "/last") return Reply(200, "");
    return {WaitForHangUp{}};
  });
  falcon::testing::Running<Answer> call = Start(Get(server.Url("/")));
  server.AwaitRequests(1);
  call.Cancel();
  EXPECT_EQ(call.Get(), std::nullopt);
  server.AwaitHangUps(1);
  PassTheWire(server);
  const TransportStats stats = transport().stats();
  EXPECT_EQ(stats.cancelled, 1);
  EXPECT_EQ(stats.finished, 1);
  EXPECT_EQ(stats.in_flight, 0);
}

TEST_F(CurlCancelTest, CancellationInBodyEndsTransfer) {
  const std::string half = ResponseBytes(200, std::string(1000, 'x')).substr(0, 500);
  LoopbackServer server(Always({SendBytes{half}, WaitForHangUp{}}));
  falcon::testing::Running<Answer> call = Start(Get(server.Url("/")));
  server.AwaitRequests(1);
  call.Cancel();
  EXPECT_EQ(call.Get(), std::nullopt);
  server.AwaitHangUps(1);
}

TEST_F(CurlCancelTest, CancellationFreesConnectionForQueuedTransfers) {
  options_.max_connections = 1;
  LoopbackServer server([](const SeenRequest& request) -> Script {
    if (request.target == "/first") return {WaitForHangUp{}};
    return Reply(200, "second");
  });
  falcon::testing::Running<Answer> first = Start(Get(server.Url("/first")));
  server.AwaitRequests(1);
  falcon::testing::Running<Answer> second = Start(Get(server.Url("/second")));
  first.Cancel();
  EXPECT_EQ((*second.Get())->body, "second");
}

TEST_F(CurlCancelTest, DestructionFailsPendingRequests) {
  LoopbackServer server(Always({WaitForHangUp{}}));
  falcon::testing::Running<Answer> call = Start(Get(server.Url("/")));
  server.AwaitRequests(1);
  transport_.reset();
  EXPECT_THAT(*call.Get(), FailsWith(StatusCode::kUnavailable, "UPSTREAM_CONNECTION"));
}

TEST_F(CurlCancelTest, RandomCancellationsLeaveNoTransferBehind) {
  constexpr int kCalls = 3000;
  std::minstd_rand random(42);  // NOLINT: the same points in every run
  LoopbackServer server(Always(Reply(200, std::string(2000, 'x'))));
  std::vector<falcon::testing::Running<Answer>> calls;
  std::vector<int> cancelled;
  for (int i = 0; i < kCalls; ++i) {
    calls.push_back(Start(Get(server.Url("/"))));
    if (i % 3 == 0) cancelled.push_back(i);
    // Cancels some while others are still submitted: in the queue, in libcurl and in flight.
    if (!cancelled.empty() && random() % 4 == 0) {
      calls[cancelled.back()].Cancel();
      cancelled.pop_back();
    }
  }
  std::shuffle(cancelled.begin(), cancelled.end(), random);
  for (const int i : cancelled) calls[i].Cancel();
  int answered = 0;
  for (int i = 0; i < kCalls; ++i) {
    const std::optional<Answer> answer = calls[i].Get();
    if (!answer.has_value()) {
      EXPECT_EQ(i % 3, 0);
      continue;
    }
    ASSERT_THAT(*answer, IsOk());
    EXPECT_EQ((*answer)->body.size(), 2000U);
    ++answered;
  }
  EXPECT_GE(answered, kCalls * 2 / 3);
  PassTheWire(server);
  const TransportStats stats = transport().stats();
  EXPECT_EQ(stats.in_flight, 0);
  EXPECT_EQ(stats.started, kCalls + 1);
  EXPECT_EQ(stats.started, stats.finished + stats.cancelled);
}

}  // namespace
}  // namespace falcon::http

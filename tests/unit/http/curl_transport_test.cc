// What the transport sends, what it makes of sound answers, and how cancelled callers leave it.
#include "http/curl/curl_transport.h"

#include <random>

#include "tests/unit/http/transport_fixture.h"

namespace falcon::http {
namespace {

using ::testing::Contains;
using ::testing::Pair;

using CurlTransportTest = TransportTest;

TEST_F(CurlTransportTest, AnswersWithStatusHeadersAndBody) {
  LoopbackServer server(Always(Reply(200, R"({"meta":{}})", {{"X-Ratelimit-Remaining", "5999"}})));
  const Answer answer = SendGet(server.Url("/alerts/queries/alerts/v2?limit=1"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, R"({"meta":{}})");
  EXPECT_GE(answer->body.capacity(), answer->body.size() + 64);
  EXPECT_THAT(answer->headers, Contains(Pair("x-ratelimit-remaining", "5999")));
  EXPECT_EQ(server.requests()[0].method, "GET");
  EXPECT_EQ(server.requests()[0].target, "/alerts/queries/alerts/v2?limit=1");
}

TEST_F(CurlTransportTest, EmptyBodyHasSpareCapacity) {
  LoopbackServer server(Always(Reply(204, "")));
  const Answer answer = SendGet(server.Url("/"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_GE(answer->body.capacity(), 64U);
}

TEST_F(CurlTransportTest, SendsHeadersAuthorizationAndAgent) {
  LoopbackServer server(Always(Reply(200, "")));
  options_.user_agent = "falcon-gateway/test";
  HttpRequest request = Get(server.Url("/"));
  request.headers = {{"Accept", "application/json"}, {"X-Empty", ""}};
  request.authorization = Secret("bearer abc");
  ASSERT_THAT(Send(std::move(request)), IsOk());
  const Headers seen = server.requests()[0].headers;
  EXPECT_EQ(FindHeader(seen, "accept"), "application/json");
  EXPECT_EQ(FindHeader(seen, "authorization"), "bearer abc");
  EXPECT_EQ(FindHeader(seen, "user-agent"), "falcon-gateway/test");
  EXPECT_EQ(FindHeader(seen, "accept-encoding"), "gzip");
  EXPECT_THAT(seen, Contains(Pair("X-Empty", "")));
}

TEST_F(CurlTransportTest, SendsAuthorizationInRequestedHeader) {
  LoopbackServer server(Always(Reply(200, "")));
  HttpRequest request = Get(server.Url("/"));
  request.authorization_header = "x-apikey";
  request.authorization = Secret("abc");
  ASSERT_THAT(Send(std::move(request)), IsOk());
  ASSERT_THAT(SendGet(server.Url("/next")), IsOk());
  const std::vector<SeenRequest> seen = server.requests();
  EXPECT_EQ(FindHeader(seen[0].headers, "x-apikey"), "abc");
  EXPECT_EQ(FindHeader(seen[0].headers, "authorization"), "");
  EXPECT_EQ(FindHeader(seen[1].headers, "x-apikey"), "");
}

TEST_F(CurlTransportTest, AuthorizationAndBodyDoNotCarryOverToNextRequest) {
  LoopbackServer server(Always(Reply(200, "")));
  HttpRequest post(Method::kPost, server.Url("/oauth2/token"), Soon());
  post.authorization = Secret("bearer abc");
  post.headers = {{"X-Once", "1"}};
  post.body = "client_id=id&client_secret=secret";
  post.wipe_body = true;
  ASSERT_THAT(Send(std::move(post)), IsOk());
  ASSERT_THAT(SendGet(server.Url("/next")), IsOk());
  const std::vector<SeenRequest> seen = server.requests();
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_EQ(seen[0].body, "client_id=id&client_secret=secret");
  EXPECT_EQ(seen[1].method, "GET");
  EXPECT_EQ(seen[1].body, "");
  EXPECT_EQ(FindHeader(seen[1].headers, "authorization"), "");
  EXPECT_EQ(FindHeader(seen[1].headers, "x-once"), "");
}

TEST_F(CurlTransportTest, PostsLargeBodyWithoutExpectContinue) {
  LoopbackServer server(Always(Reply(200, "")));
  HttpRequest post(Method::kPost, server.Url("/"), Soon());
  post.headers = {{"Content-Type", "application/json"}};
  post.body = std::string(3 << 20, 'x');
  ASSERT_THAT(Send(std::move(post)), IsOk());
  const SeenRequest seen = server.requests()[0];
  EXPECT_EQ(seen.body.size(), size_t{3} << 20);
  EXPECT_EQ(FindHeader(seen.headers, "expect"), "");
  EXPECT_EQ(FindHeader(seen.headers, "content-type"), "application/json");
}

TEST_F(CurlTransportTest, ErrorStatusIsResponse) {
  LoopbackServer server(Always(Reply(500, "oops")));
  const Answer answer = SendGet(server.Url("/"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->body, "oops");
}

TEST_F(CurlTransportTest, ReturnsRedirectWithoutFollowingIt) {
  LoopbackServer server(Always(Reply(308, "", {{"Location", "/elsewhere"}})));
  const Answer answer = SendGet(server.Url("/"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 308);
  EXPECT_EQ(FindHeader(answer->headers, "location"), "/elsewhere");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CurlTransportTest, KeepsNoCookies) {
  LoopbackServer server(Always(Reply(200, "", {{"Set-Cookie", "a=b"}})));
  ASSERT_THAT(SendGet(server.Url("/")), IsOk());
  ASSERT_THAT(SendGet(server.Url("/")), IsOk());
  EXPECT_EQ(FindHeader(server.requests()[1].headers, "cookie"), "");
}

TEST_F(CurlTransportTest, DecompressesGzip) {
  const std::string text(100'000, 'a');
  LoopbackServer server(Always(Reply(200, Gzip(text), {{"Content-Encoding", "gzip"}})));
  const Answer answer = SendGet(server.Url("/"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->body, text);
  EXPECT_GE(answer->body.capacity(), answer->body.size() + 64);
}

TEST_F(CurlTransportTest, AcceptsAnyContentEncodingOfPlainBody) {
  for (const char* encoding : {"gzip", "utf-8", "none", "br", "aws-chunked"}) {
    LoopbackServer server(Always(Reply(200, R"({"a":1})", {{"Content-Encoding", encoding}})));
    const Answer answer = SendGet(server.Url("/"));
    ASSERT_THAT(answer, IsOk()) << encoding;
    EXPECT_EQ(answer->body, R"({"a":1})") << encoding;
  }
}

TEST_F(CurlTransportTest, ReadsChunkedBody) {
  const std::string text(300'000, 'c');
  LoopbackServer server(Always({SendBytes{ChunkedBytes(200, text)}}));
  const Answer answer = SendGet(server.Url("/"));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->body, text);
}

TEST_F(CurlTransportTest, ReusesItsConnection) {
  LoopbackServer server(Always(Reply(200, "again")));
  for (int i = 0; i < 5; ++i) ASSERT_THAT(SendGet(server.Url("/")), IsOk());
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTest, ReconnectsWhenIdleConnectionWasClosed) {
  LoopbackServer server(Always({SendBytes{ResponseBytes(200, "bye")}, CloseConnection{}}));
  for (int i = 0; i < 3; ++i) ASSERT_THAT(SendGet(server.Url("/")), IsOk());
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(CurlTransportTest, RespectsConnectionLimit) {
  options_.max_connections = 2;
  LoopbackServer server(Always({WaitFor{"all"}, SendBytes{ResponseBytes(200, "")}}));
  std::vector<falcon::testing::Running<Answer>> calls;
  for (int i = 0; i < 10; ++i) calls.push_back(Start(Get(server.Url("/"))));
  server.AwaitRequests(2);
  server.Open("all");
  for (auto& call : calls) EXPECT_THAT(*call.Get(), IsOk());
  EXPECT_LE(server.connections(), 2);
}

TEST_F(CurlTransportTest, CompletesTransfersOutOfOrder) {
  LoopbackServer server([](const SeenRequest& request) -> Script {
    if (request.target != "/slow") return Reply(200, "fast");
    return {WaitFor{"slow"}, SendBytes{ResponseBytes(200, "slow")}};
  });
  falcon::testing::Running<Answer> slow = Start(Get(server.Url("/slow")));
  server.AwaitRequests(1);
  EXPECT_EQ(SendGet(server.Url("/fast"))->body, "fast");
  server.Open("slow");
  EXPECT_EQ((*slow.Get())->body, "slow");
}

TEST_F(CurlTransportTest, TrustsCaFile) {
  const auto certificate = falcon::testing::MakeSelfSignedCertificate();
  LoopbackServer server(Always(Reply(200, "sealed")), {.certificate = certificate});
  options_.ca_file = WriteFile(certificate.pem);
  for (int i = 0; i < 3; ++i) {
    const Answer answer = SendGet(server.Url("/"));
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->body, "sealed");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTest, UsesProxyFromEnvironment) {
  LoopbackServer proxy(Always(Reply(200, "by proxy")));
  setenv("http_proxy", proxy.Url("").c_str(), 1);
  const Answer answer = SendGet("http://falcon.invalid/path");
  transport_.reset();
  unsetenv("http_proxy");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->body, "by proxy");
  EXPECT_EQ(proxy.requests()[0].target, "http://falcon.invalid/path");
}

TEST_F(CurlTransportTest, CountsTransfers) {
  LoopbackServer server(Always(Reply(200, "")));
  for (int i = 0; i < 3; ++i) ASSERT_THAT(SendGet(server.Url("/")), IsOk());
  const TransportStats stats = transport().stats();
  EXPECT_EQ(stats.started, 3);
  EXPECT_EQ(stats.finished, 3);
  EXPECT_EQ(stats.cancelled, 0);
  EXPECT_EQ(stats.in_flight, 0);
}

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

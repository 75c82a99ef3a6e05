// Connections that die silently, on HTTP/1.1 and HTTP/2, through a relay that loses them.
#include "http/curl/connections.h"

#include <mutex>

#include "base/error.h"
#include "tests/support/nghttpx.h"
#include "tests/support/relay.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/http/transport_fixture.h"

namespace falcon::http {
namespace {

using falcon::testing::Nghttpx;
using falcon::testing::Relay;
using falcon::testing::Running;

TEST(JudgeTest, DistinguishesDeadFromLivingConnections) {
  struct Case {
    TcpFacts facts;
    milliseconds silence;
    Retirement judged;
  };
  const milliseconds hour{3'600'000};
  for (const Case& one : std::vector<Case>{
           {{hour, 0}, milliseconds(50), Retirement::kNone},
           {{hour, 1}, milliseconds(50), Retirement::kNone},
           {{hour, 2}, milliseconds(50), Retirement::kUnacknowledged},
           {{milliseconds(0), 0}, milliseconds(0), Retirement::kNone},
           {{hour, 0}, milliseconds(1499), Retirement::kNone},
           {{hour, 0}, milliseconds(1500), Retirement::kSilent},
       }) {
    EXPECT_EQ(Judge(one.facts, one.silence, milliseconds(1500)), one.judged)
        << one.facts.lost_timeouts << " timeouts, " << one.silence.count() << " ms";
  }
}

TEST(ReceivedNothingTest, ToleratesKernelTicks) {
  EXPECT_TRUE(ReceivedNothing({milliseconds(2000), 0}, milliseconds(2000)));
  EXPECT_TRUE(ReceivedNothing({milliseconds(1992), 0}, milliseconds(2000)));
  EXPECT_FALSE(ReceivedNothing({milliseconds(1900), 0}, milliseconds(2000)));
  EXPECT_FALSE(ReceivedNothing({milliseconds(0), 0}, milliseconds(5)));
}

// A server behind a relay. Requests to /slow are answered when the gate "slow" opens.
class DeadConnectionTest : public TransportTest {
 protected:
  DeadConnectionTest() {
    options_.max_silence = milliseconds(250);
    options_.max_shared_silence = milliseconds(600);
  }

  void UseHttp2() {
    const auto certificate = falcon::testing::MakeSelfSignedCertificate();
    options_.ca_file = WriteFile(certificate.pem);
    const Nghttpx::Files files = {WriteFile(certificate.key_pem), options_.ca_file};
    front_ = std::make_unique<Nghttpx>(server_.port(), /*server_tls=*/false, files);
    relay_ = std::make_unique<Relay>(front_->socket());
    scheme_ = "https";
  }
  void UseHttp1() { relay_ = std::make_unique<Relay>(server_.port()); }

  CurlTransport& Transport() {
    if (transport_ == nullptr) {
      transport_ = std::make_unique<CurlTransport>(options_, loop_, clock_,
                                                   [this](const RetiredConnection& retired) {
                                                     const std::lock_guard lock(mutex_);
                                                     reasons_.emplace_back(retired.reason);
                                                   });
    }
    return *transport_;
  }
  HttpRequest Request(std::string_view path, milliseconds deadline) {
    Transport();
    const std::string url = StrCat(scheme_, "://127.0.0.1:", relay_->port(), path);
    return HttpRequest(Method::kGet, url, Deadline::In(clock_, deadline));
  }
  std::vector<std::string> Reasons() {
    const std::lock_guard lock(mutex_);
    return reasons_;
  }

  void ExpectRecoveryWithinOneCall() {
    ASSERT_THAT(Send(Request("/", seconds(60))), IsOk());
    relay_->LoseConnections();
    const Answer lost = Send(Request("/", milliseconds(400)));
    EXPECT_THAT(lost, FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
    EXPECT_EQ(Metadata(lost.status())["received"], "nothing");
    EXPECT_THAT(Send(Request("/", seconds(60))), IsOk());
    EXPECT_EQ(relay_->connections(), 2);
    EXPECT_THAT(Reasons(), ::testing::ElementsAre("silent"));
  }

  LoopbackServer server_{[](const SeenRequest& request) -> Script {
    if (request.target == "/slow") return {WaitFor{"slow"}, SendBytes{ResponseBytes(200, "slow")}};
    return Reply(200, "quick");
  }};
  std::unique_ptr<Nghttpx> front_;
  std::unique_ptr<Relay> relay_;
  std::string scheme_ = "http";

 private:
  std::mutex mutex_;
  std::vector<std::string> reasons_;  // guarded by mutex_
};

TEST_F(DeadConnectionTest, Http1CallAfterTimeoutUsesNewConnection) {
  UseHttp1();
  ExpectRecoveryWithinOneCall();
}

TEST_F(DeadConnectionTest, Http2CallAfterTimeoutUsesNewConnection) {
  UseHttp2();
  ExpectRecoveryWithinOneCall();
}

TEST_F(DeadConnectionTest, OtherTransfersOfRetiredConnectionAreReplayed) {
  UseHttp2();
  ASSERT_THAT(Send(Request("/", seconds(60))), IsOk());
  std::vector<Running<Answer>> others;
  others.reserve(10);
  for (int i = 0; i < 10; ++i) others.push_back(Start(Request("/slow", seconds(600))));
  server_.AwaitRequests(11);
  relay_->LoseConnections();
  EXPECT_FALSE(Send(Request("/", milliseconds(900))).ok());
  server_.AwaitRequests(21);
  server_.Open("slow");
  for (Running<Answer>& other : others) EXPECT_THAT(*other.Get(), IsOk());
  EXPECT_EQ(relay_->connections(), 2);
  EXPECT_EQ(Reasons().size(), 1U);
}

TEST_F(DeadConnectionTest, CancelledCallRetiresItsDeadConnection) {
  UseHttp2();
  ASSERT_THAT(Send(Request("/", seconds(60))), IsOk());
  relay_->LoseConnections();
  Running<Answer> left = Start(Request("/", seconds(600)));
  // The clock: a call elsewhere that takes longer than the silence that is allowed.
  LoopbackServer mute(Always({WaitForHangUp{}}));
  HttpRequest elsewhere = Get(mute.Url("/"));
  elsewhere.deadline = Deadline::In(clock_, milliseconds(500));
  EXPECT_FALSE(Send(std::move(elsewhere)).ok());
  left.Cancel();
  EXPECT_EQ(left.Get(), std::nullopt);
  EXPECT_THAT(Send(Request("/", seconds(60))), IsOk());
  EXPECT_EQ(relay_->connections(), 2);
}

TEST_F(DeadConnectionTest, ShortDeadlinesKeepLivingConnection) {
  options_.max_silence = milliseconds(1500);
  UseHttp2();
  ASSERT_THAT(Send(Request("/", seconds(60))), IsOk());
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(Send(Request("/slow", milliseconds(50))).ok());
  EXPECT_THAT(Send(Request("/", seconds(60))), IsOk());
  EXPECT_EQ(relay_->connections(), 1);
  EXPECT_THAT(Reasons(), ::testing::IsEmpty());
}

TEST_F(DeadConnectionTest, SlowResponseKeepsConnectionWhileOtherStreamsReceive) {
  options_.max_silence = options_.max_shared_silence = milliseconds(800);
  UseHttp2();
  ASSERT_THAT(Send(Request("/", seconds(60))), IsOk());
  const SteadyTime end = clock_.Now() + milliseconds(1000);
  Running<Answer> slow = Start(Request("/slow", milliseconds(900)));
  while (clock_.Now() < end) EXPECT_THAT(Send(Request("/", seconds(60))), IsOk());
  const Answer late = *slow.Get();
  EXPECT_THAT(late, FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  EXPECT_EQ(Metadata(late.status()).count("received"), 0U);
  EXPECT_EQ(relay_->connections(), 1);
  EXPECT_THAT(Reasons(), ::testing::IsEmpty());
}

TEST_F(DeadConnectionTest, DeadlineWhileConnectingReceivedNothing) {
  // Listens and accepts nothing: TLS is never answered.
  LoopbackServer mute(Always({}), {.welcome = {WaitForHangUp{}}});
  const Answer answer =
      Send(HttpRequest(Method::kGet, StrCat("https://127.0.0.1:", mute.port(), "/"),
                       Deadline::In(clock_, milliseconds(300))));
  EXPECT_THAT(answer, FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  EXPECT_EQ(Metadata(answer.status())["received"], "nothing");
}

}  // namespace
}  // namespace falcon::http

// Listening, TLS, clients that leave while their call runs, and a server that ends.
#include <gmock/gmock.h>

#include <string>

#include "tests/support/self_signed_cert.h"
#include "tests/unit/mcp/transport/fixture.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;

class HttpListenTest : public HttpTest {
 protected:
  absl::Status Try(const HttpOptions& options) {
    return HttpTransport::Listen(server_.server(), options).status();
  }
  static std::string Text(const absl::Status& status) { return std::string(status.message()); }
};

HttpOptions Secured(const testing::Certificate& certificate) {
  HttpOptions options;
  options.certificate_pem = certificate.pem;
  options.private_key_pem = certificate.key_pem;
  return options;
}

TEST_F(HttpListenTest, NeedsATokenAndTlsOffLoopback) {
  HttpOptions options = Secured(testing::MakeSelfSignedCertificate());
  options.address = "0.0.0.0";
  const absl::Status no_token = Try(options);
  EXPECT_TRUE(absl::IsInvalidArgument(no_token));
  EXPECT_THAT(Text(no_token), HasSubstr("--http-token-file"));
  options.token = "the-token";
  EXPECT_TRUE(Try(options).ok());
  options.certificate_pem = options.private_key_pem = "";
  EXPECT_THAT(Text(Try(options)), HasSubstr("--http-tls-cert"));
  EXPECT_THAT(Text(Try(options)), ::testing::Not(HasSubstr("the-token")));
}

TEST_F(HttpListenTest, PlaintextOffLoopbackIsAskedForAndStillNeedsAToken) {
  HttpOptions options;
  options.address = "0.0.0.0";
  options.allow_insecure = true;
  EXPECT_TRUE(absl::IsInvalidArgument(Try(options)));
  options.token = "the-token";
  EXPECT_TRUE(Try(options).ok());
}

TEST_F(HttpListenTest, SaysWhatIsWrongWithAnAddress) {
  HttpOptions options;
  options.address = "localhost";
  EXPECT_THAT(Text(Try(options)), HasSubstr("'localhost' is not a numeric address"));
}

TEST_F(HttpListenTest, SaysThatAPortIsTaken) {
  HttpOptions options;
  options.port = port();
  EXPECT_THAT(Text(Try(options)), HasSubstr("Cannot listen on 127.0.0.1, port "));
}

TEST_F(HttpListenTest, SaysWhatIsWrongWithACertificate) {
  const testing::Certificate certificate = testing::MakeSelfSignedCertificate();
  HttpOptions options = Secured(certificate);
  options.private_key_pem = "";
  EXPECT_THAT(Text(Try(options)), HasSubstr("both a certificate and its private key"));
  options = Secured(certificate);
  options.certificate_pem = "no certificate";
  EXPECT_THAT(Text(Try(options)), HasSubstr("certificate cannot be used"));
  options = Secured(certificate);
  options.private_key_pem = testing::MakeSelfSignedCertificate().key_pem;
  EXPECT_THAT(Text(Try(options)), HasSubstr("key cannot be used with this certificate"));
}

TEST_F(HttpListenTest, ServesOverTls) {
  const testing::Certificate certificate = testing::MakeSelfSignedCertificate();
  Serve(Secured(certificate));
  HttpClient client(port(), certificate.pem);
  ASSERT_TRUE(client.connected());
  const std::string text(60'000, 'x');
  for (int id = 1; id <= 3; ++id) {
    EXPECT_EQ(TextOf(client.Ask(CallMessage(id, "echo", {{"text", text}})).json()), text);
  }
}

TEST_F(HttpListenTest, StreamsOverTlsAndSeesTheClose) {
  const testing::Certificate certificate = testing::MakeSelfSignedCertificate();
  Serve(Secured(certificate));
  HttpClient client(port(), certificate.pem);
  client.Send(
      Post(Stateless(StepsMessage(1)), kUsualHeaders + StatelessHeaders("tools/call", "steps")));
  client.ReadHead();
  EXPECT_EQ(Json::parse(client.ReadEvent()).at("params").at("message"), "first");
  client.Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpListenTest, TellsATlsClientThatNoMoreIsToCome) {
  const testing::Certificate certificate = testing::MakeSelfSignedCertificate();
  Serve(Secured(certificate));
  HttpClient client(port(), certificate.pem);
  const std::string closing = std::string(kUsualHeaders) + "Connection: close\r\n";
  EXPECT_EQ(client.Ask(CallMessage(1, "echo"), closing).status, 200);
  EXPECT_TRUE(client.EndedByCloseNotify());
}

TEST_F(HttpListenTest, IsNotConfusedByAClientWithoutTls) {
  const testing::Certificate certificate = testing::MakeSelfSignedCertificate();
  Serve(Secured(certificate));
  EXPECT_EQ(HttpClient(port()).Ask(CallMessage(1, "echo")).status, 0);
  HttpClient silent(port());
  HttpClient client(port(), certificate.pem);
  EXPECT_EQ(client.Ask(CallMessage(1, "echo")).status, 200);
}

TEST_F(HttpListenTest, GivesUpAHandshakeThatTakesTooLong) {
  HttpOptions options = Secured(testing::MakeSelfSignedCertificate());
  options.timeouts.handshake = std::chrono::milliseconds(1);
  Serve(options);
  EXPECT_TRUE(HttpClient(port()).Ended());
}

using HttpCancelTest = HttpTest;

std::string StatelessPost(const std::string& message, std::string_view tool) {
  return Post(Stateless(message), kUsualHeaders + StatelessHeaders("tools/call", tool));
}

TEST_F(HttpCancelTest, CancelsACallOfTheStatelessEraWhenItsClientCloses) {
  client().Send(StatelessPost(CallMessage(1, "hold"), "hold"));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, CancelsACallWhoseStreamIsClosed) {
  client().Send(StatelessPost(StepsMessage(1), "steps"));
  client().ReadHead();
  EXPECT_EQ(Json::parse(client().ReadEvent()).at("params").at("progress"), 1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, SeesTheCloseBehindARequestThatWasSentAhead) {
  client().Send(StatelessPost(CallMessage(1, "hold"), "hold") + Post(CallMessage(2, "echo")));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, CancelsACallOfTheInitializeEraWhenItsClientCloses) {
  client().Send(Post(CallMessage(1, "hold")));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, CancelsACallWhoseClientTakesJsonOnlyAndCloses) {
  client().Send(Post(CallMessage(1, "hold"),
                     "Content-Type: application/json\r\nAccept: application/json\r\n"));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, AnswersClientsOfBothErasThatOnlySendNoMore) {
  ServeWithin({.probe = std::chrono::milliseconds(1)});
  HttpClient old_era(port());
  old_era.Send(Post(CallMessage(1, "hold")));
  old_era.FinishSending();
  HttpClient new_era(port());
  new_era.Send(StatelessPost(CallMessage(1, "hold"), "hold"));
  new_era.FinishSending();
  server_.AwaitHeld(2);
  for (HttpClient* client : {&old_era, &new_era}) {
    EXPECT_EQ(client->ReadHead().status, 200);
    EXPECT_EQ(client->ReadEvent(), ":");
    EXPECT_EQ(client->ReadEvent(), ":");
  }
  server_.Open();
  for (HttpClient* client : {&old_era, &new_era}) {
    std::string event = ":";
    while (event == ":") event = client->ReadEvent();
    EXPECT_EQ(TextOf(Json::parse(event)), "held");
  }
}

TEST_F(HttpCancelTest, AnswersAClientWithJsonThatOnlySendsNoMore) {
  ServeWithin({.probe = std::chrono::milliseconds(1)});
  client().Send(Post(CallMessage(1, "hold"), "Content-Type: application/json\r\n"));
  client().FinishSending();
  server_.AwaitHeld(1);
  const HttpAnswer head = client().ReadHead();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("connection"), "close");
  server_.Open();
  EXPECT_EQ(TextOf(Json::parse(client().ReadToEnd())), "held");
}

TEST_F(HttpCancelTest, EndsACallThatMakesNoProgress) {
  ServeWithin({.stall = std::chrono::milliseconds(1)});
  const HttpAnswer answer = client().Ask(CallMessage(7, "hold"));
  EXPECT_EQ(answer.json().at("id"), 7);
  EXPECT_THAT(answer.json().at("error").at("message").get<std::string>(),
              ::testing::HasSubstr("no progress"));
}

TEST_F(HttpCancelTest, NeverCancelsACallOfAnotherPostByItsId) {
  client().Send(Post(CallMessage(1, "hold")));
  server_.AwaitHeld(1);
  HttpClient other(port());
  EXPECT_EQ(other.Ask(CancelMessage(1)).status, 202);
  server_.Open();
  EXPECT_EQ(TextOf(client().Read().json()), "held");
}

TEST_F(HttpCancelTest, CancelsWhatIsInFlightWhenTheServerEnds) {
  HttpClient old_era(port());
  old_era.Send(Post(CallMessage(1, "hold")));
  HttpClient new_era(port());
  new_era.Send(StatelessPost(StepsMessage(1), "steps"));
  HttpClient idle(port());
  server_.AwaitHeld(2);
  transport_.reset();
  server_.AwaitStopped(2);
  EXPECT_TRUE(idle.Ended());
  EXPECT_EQ(old_era.Read().status, 0);
}

TEST_F(HttpCancelTest, GivesUpAClientThatDoesNotReadItsStream) {
  ServeWithin({.write = std::chrono::milliseconds(1), .silence = std::chrono::milliseconds(0)});
  // Comments fill the buffers between the two until a write waits.
  client().Send(StatelessPost(StepsMessage(1), "steps"));
  server_.AwaitStopped(1);
}

}  // namespace
}  // namespace falcon::mcp

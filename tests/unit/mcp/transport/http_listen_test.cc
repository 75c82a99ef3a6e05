// What a transport needs to listen, and TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/self_signed_cert.h"
#include "tests/unit/mcp/transport/http_fixture.h"

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

}  // namespace
}  // namespace falcon::mcp

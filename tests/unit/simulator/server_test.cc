// The simulator on real sockets, and what stands in front of its services: tokens, scopes, limits
// and the ledger.
#include "simulator/net/server.h"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <string>

#include "fixture.h"
#include "simulator/net/certificates.h"

namespace falcon::simulator {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr char kLedger[] = "GET /__simulator/state HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr char kUnknown[] = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr char kLast[] = "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class ServerTest : public ::testing::Test {
 protected:
  void Start() {
    options_.sizes = {{"hosts", 10}, {"alerts", 20}};
    std::string error;
    server_ = Server::Start(options_, &error);
    ASSERT_NE(server_, nullptr) << error;
  }
  tcp::socket Connect() {
    tcp::socket socket(io_);
    socket.connect(tcp::endpoint(asio::ip::make_address("127.0.0.1"), server_->port()));
    return socket;
  }
  // Everything until the server ends the connection; `*error` says how it ended.
  template <typename Stream>
  static std::string ReadAll(Stream& stream, boost::system::error_code* error) {
    std::string text;
    asio::read(stream, asio::dynamic_buffer(text), *error);
    return text;
  }
  std::string Ask(std::string_view request, boost::system::error_code* error) {
    tcp::socket socket = Connect();
    asio::write(socket, asio::buffer(request));
    return ReadAll(socket, error);
  }

  Options options_;
  asio::io_context io_;
  std::unique_ptr<Server> server_;
};

size_t Occurrences(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(ServerTest, KeepsTheConnectionAndAnswersInOrder) {
  Start();
  tcp::socket socket = Connect();
  asio::write(socket, asio::buffer(std::string(kLedger) + kUnknown + kLast));
  boost::system::error_code error;
  const std::string answers = ReadAll(socket, &error);
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_EQ(Occurrences(answers, "HTTP/1.1 200 OK"), 1U);
  EXPECT_EQ(Occurrences(answers, "HTTP/1.1 404 Not Found"), 2U);
  EXPECT_EQ(Occurrences(answers, "Connection: close"), 1U);
}

TEST_F(ServerTest, ManyThreadsServeManyConnections) {
  options_.threads = 4;
  Start();
  std::vector<tcp::socket> sockets;
  for (int i = 0; i < 64; ++i) sockets.push_back(Connect());
  for (tcp::socket& socket : sockets) asio::write(socket, asio::buffer(std::string_view(kLast)));
  for (tcp::socket& socket : sockets) {
    boost::system::error_code error;
    EXPECT_NE(ReadAll(socket, &error).find(" 404 "), std::string::npos);
  }
  EXPECT_EQ(server_->simulator().Count("GET /nowhere"), 64U);
}

TEST_F(ServerTest, SpeaksTlsWithItsOwnAuthority) {
  const std::string directory = ::testing::TempDir() + "simulator_tls_" + std::to_string(getpid());
  CertificateFiles files;
  ASSERT_EQ(WriteCertificates(directory, CertificateFlaw::kNone, &files), "");
  options_.tls_cert = files.cert;
  options_.tls_key = files.key;
  Start();
  EXPECT_TRUE(server_->url().starts_with("https://127.0.0.1:"));
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.load_verify_file(files.ca);
  context.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<tcp::socket> stream(Connect(), context);
  stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(stream, asio::buffer(std::string_view(kLast)));
  boost::system::error_code error;
  EXPECT_NE(ReadAll(stream, &error).find(" 404 "), std::string::npos);
  std::filesystem::remove(files.ca);
  EXPECT_NE(WriteCertificates(directory, CertificateFlaw::kNone, &files),
            "");  // half a set is left alone
  std::filesystem::remove_all(directory);
}

TEST_F(ServerTest, ResetSendsNothing) {
  Start();
  server_->simulator().AddFault("reset");
  boost::system::error_code error;
  EXPECT_EQ(Ask(kUnknown, &error), "");
  EXPECT_EQ(error, asio::error::connection_reset);
}

TEST_F(ServerTest, TruncatedBodiesPromiseMoreThanTheySend) {
  Start();
  server_->simulator().AddFault("truncate after_bytes=5");
  boost::system::error_code error;
  std::string answer = Ask(kUnknown, &error);
  EXPECT_EQ(error, asio::error::eof);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 5U);
  server_->simulator().AddFault("truncate after_bytes=5 framing=chunked");
  answer = Ask(kUnknown, &error);
  EXPECT_NE(answer.find("chunked"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n5\r\n{\"met\r\n"));
}

TEST_F(ServerTest, ResetMidBodySendsAPart) {
  Start();
  server_->simulator().AddFault("reset_mid_body after_bytes=9");
  boost::system::error_code error;
  EXPECT_NE(Ask(kUnknown, &error).find("\r\n\r\n"), std::string::npos);
  EXPECT_EQ(error, asio::error::connection_reset);
}

TEST_F(ServerTest, StallHoldsOnlyItsOwnConnection) {
  Start();
  server_->simulator().AddFault("stall");
  tcp::socket stalled = Connect();
  asio::write(stalled, asio::buffer(std::string_view(kUnknown)));
  while (server_->simulator().Count("GET /nowhere") == 0) {
  }
  boost::system::error_code error;
  EXPECT_NE(Ask(kLast, &error).find(" 404 "), std::string::npos);
  EXPECT_EQ(stalled.available(), 0U);
}

TEST_F(ServerTest, TrickleSendsTheWholeBodySlowly) {
  Start();
  server_->simulator().AddFault("trickle bytes_per_second=2000");
  boost::system::error_code error;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(Ask(kLast, &error).ends_with("}"));
  EXPECT_GT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(50));
}

TEST_F(ServerTest, BadPlacesAndBadFaultsAreSaid) {
  std::string error;
  options_.listen_address = "nowhere";
  EXPECT_EQ(Server::Start(options_, &error), nullptr);
  EXPECT_NE(error.find("nowhere"), std::string::npos);
  options_.listen_address = "127.0.0.1";
  options_.faults = {"nonsense"};
  EXPECT_EQ(Server::Start(options_, &error), nullptr);
  EXPECT_NE(error.find("unknown fault kind"), std::string::npos);
}

TEST_F(ServerTest, StopsWhileConnectionsAreOpen) {
  Start();
  tcp::socket open = Connect();
  asio::write(open, asio::buffer(std::string_view(kUnknown)));
  server_.reset();
  boost::system::error_code error;
  ReadAll(open, &error);
  EXPECT_TRUE(error);
}

using Gateway = Fixture;

constexpr char kRead[] = "/alerts/queries/alerts/v2?limit=1";

TEST_F(Gateway, TokenIs201ForHalfAnHour) {
  const Reply reply = Login();
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(Body(reply)["expires_in"], 1799);
  EXPECT_EQ(Header(reply, "X-Cs-Region"), "us-1");
  EXPECT_EQ(Get(kRead).status, 200);
  now_ += 1800 * kSecond;
  const Reply expired = Get(kRead);
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(Message(expired), "access denied, invalid bearer token");
  EXPECT_EQ(Header(expired, "X-Ratelimit-Limit"), "15");
}

TEST_F(Gateway, BasicCredentialsWorkAndWrongOnesAre403) {
  authorization_ = "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0";
  EXPECT_EQ(Send("POST", "/oauth2/token", "grant_type=client_credentials").status, 201);
  authorization_.clear();
  const Reply wrong = Send("POST", "/oauth2/token", "client_id=simulator-client&client_secret=x");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(Message(wrong), "access denied, authorization failed");
}

TEST_F(Gateway, RevokedTokenIsRefused) {
  Login();
  const std::string token = authorization_.substr(7);
  const std::string bearer =
      std::exchange(authorization_, "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0");
  EXPECT_EQ(Send("POST", "/oauth2/revoke", "token=" + token).status, 200);
  authorization_ = bearer;
  EXPECT_EQ(Get(kRead).status, 401);
}

TEST_F(Gateway, WrongRegionIsA308) {
  options_.redirect_token_url = "https://other.example";
  options_.redirect_region = "eu-1";
  const Reply reply = Login();
  EXPECT_EQ(reply.status, 308);
  EXPECT_EQ(Header(reply, "Location"), "https://other.example/oauth2/token");
  EXPECT_EQ(Header(reply, "X-Cs-Region"), "eu-1");
  EXPECT_EQ(Header(reply, "X-Ratelimit-Limit"), "15");
}

TEST_F(Gateway, ParentCidIsNoMember) {
  Login();
  const std::string cid = Body(Get("/__simulator/state"))["cid"];
  const std::string form = "client_id=simulator-client&client_secret=simulator-secret&member_cid=";
  EXPECT_EQ(Send("POST", "/oauth2/token", form + cid).status, 403);
  EXPECT_EQ(Send("POST", "/oauth2/token", form + std::string(32, 'a')).status, 201);
}

TEST_F(Gateway, MemberCidHasNoCapitalsAndNoChecksum) {
  const std::string form = "client_id=simulator-client&client_secret=simulator-secret&member_cid=";
  EXPECT_EQ(Send("POST", "/oauth2/token", form + std::string(32, 'A')).status, 403);
  EXPECT_EQ(Send("POST", "/oauth2/token", form + std::string(32, 'a') + "-1a").status, 403);
}

TEST_F(Gateway, DeniedScopeIs403ForItsAreaOnly) {
  options_.denied_scopes = {"Alerts:read"};
  Login();
  EXPECT_EQ(Get(kRead).status, 403);
  EXPECT_EQ(Get("/devices/queries/devices/v1").status, 200);
}

TEST_F(Gateway, RateLimitCountsDownAndSaysWhenToComeBack) {
  options_.rate_limit = 3;
  Login();
  EXPECT_EQ(Header(Get(kRead), "X-Ratelimit-Remaining"), "2");
  Get(kRead);
  EXPECT_EQ(Header(Get(kRead), "X-Ratelimit-Remaining"), "0");
  const Reply refused = Get(kRead);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(Header(refused, "X-Ratelimit-Limit"), "3");
  EXPECT_EQ(Header(refused, "X-Ratelimit-Retryafter"), std::to_string((now_ + kMinute) / kSecond));
  now_ += kMinute;
  EXPECT_EQ(Get(kRead).status, 200);
}

TEST_F(Gateway, RateLimitZeroNeverRefusesAndKeepsTheHeaders) {
  options_.rate_limit = 0;
  Login();
  for (int i = 0; i < 7000; ++i) ASSERT_EQ(Get(kRead).status, 200);
  EXPECT_EQ(Header(Get(kRead), "X-Ratelimit-Limit"), "6000");
}

TEST_F(Gateway, TraceIdIsTheSameInHeaderAndBody) {
  Login();
  const Reply reply = Get(kRead);
  EXPECT_EQ(Body(reply)["meta"]["trace_id"], Header(reply, "X-Cs-Traceid"));
}

TEST_F(Gateway, RetiredAndUnknownCallsAreGone) {
  Login();
  EXPECT_EQ(Get("/detects/queries/detects/v1").status, 405);
  const Reply incidents = Get("/incidents/queries/incidents/v1");
  EXPECT_EQ(incidents.status, 404);
  EXPECT_TRUE(incidents.body.empty());
  EXPECT_EQ(Get("/nowhere/v1").status, 404);
  EXPECT_EQ(Send("DELETE", "/alerts/queries/alerts/v2").status, 405);
}

TEST_F(Gateway, WritesAreRefusedAndCounted) {
  Login();
  Get(kRead);
  EXPECT_EQ(cloud().MutatingCalls(), 0U);
  EXPECT_EQ(Send("PATCH", "/alerts/entities/alerts/v3", "{}").status, 403);
  EXPECT_EQ(Send("POST", "/devices/entities/devices-actions/v2", "{}").status, 403);
  EXPECT_EQ(Send("POST", "/unknown/entities/v1", "{}").status, 404);
  EXPECT_EQ(cloud().MutatingCalls(), 3U);
  const Json ledger = Body(Get("/__simulator/ledger"));
  EXPECT_EQ(ledger["mutating"], 3);
  EXPECT_EQ(ledger["counts"]["GET /alerts/queries/alerts/v2"], 1);
  EXPECT_EQ(ledger.dump().find("simulator-secret"), std::string::npos);
  Send("DELETE", "/__simulator/ledger");
  EXPECT_EQ(Body(Get("/__simulator/ledger"))["total"], 0);
}

}  // namespace
}  // namespace falcon::simulator

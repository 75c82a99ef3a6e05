// The simulator on real sockets: keep-alive, TLS, and replies that break on the way.
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

}  // namespace
}  // namespace falcon::simulator

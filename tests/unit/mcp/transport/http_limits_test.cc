// Bodies and heads too long, too slow or in pieces, and more connections than there may be.
#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/message.h"
#include "tests/unit/mcp/transport/fixture.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kShort{1};
constexpr const char* kBegin = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";

using HttpLimitsTest = HttpTest;

std::string EchoOfSize(size_t bytes) {
  const std::string message = CallMessage(1, "echo", {{"text", "a"}});
  return message + std::string(bytes - message.size(), ' ');
}

// In chunks of 1000 bytes.
std::string Chunked(std::string_view body) {
  std::string out = std::string(kBegin) + kUsualHeaders + "Transfer-Encoding: chunked\r\n\r\n";
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, 1000);
    std::array<char, 16> size;
    std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
    out.append(size.data()).append(piece).append("\r\n");
    body.remove_prefix(piece.size());
  }
  return out + "0\r\n\r\n";
}

TEST_F(HttpLimitsTest, TakesABodyOfTheLargestSize) {
  EXPECT_EQ(client().Ask(EchoOfSize(kMaxMessageBytes)).status, 200);
  client().Send(Chunked(EchoOfSize(kMaxMessageBytes)));
  EXPECT_EQ(client().Read().status, 200);
}

TEST_F(HttpLimitsTest, RefusesALongerBodyByItsLengthBeforeReadingIt) {
  client().Send(std::string(kBegin) + kUsualHeaders + "Content-Length: 262145\r\n\r\n");
  const HttpAnswer answer = client().Read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("262144 bytes"));
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client().Ended());
}

TEST_F(HttpLimitsTest, RefusesALongerBodyInChunksOnceItIsTooLong) {
  client().Send(std::string(kBegin) + kUsualHeaders +
                "Transfer-Encoding: chunked\r\n\r\n40001\r\n");
  EXPECT_EQ(client().Read().status, 413);
}

TEST_F(HttpLimitsTest, RefusesHeadersOfMoreThanSixteenKibibytes) {
  HttpClient few(port());
  const std::string usual = kUsualHeaders;
  EXPECT_EQ(
      few.Ask(CallMessage(1, "echo"), usual + "A: " + std::string(15'000, 'a') + "\r\n").status,
      200);
  HttpClient whole(port());
  EXPECT_EQ(
      whole.Ask(CallMessage(1, "echo"), usual + "A: " + std::string(17'000, 'a') + "\r\n").status,
      431);
  HttpClient endless(port());
  endless.Send(std::string(kBegin) + "A: ");
  endless.Send(std::string(20'000, 'a'));
  EXPECT_EQ(endless.Read().status, 431);
  HttpClient many(port());
  std::string headers = usual;
  for (int i = 0; i < 3000; ++i) headers += "A: b\r\n";
  EXPECT_EQ(many.Ask(CallMessage(1, "echo"), headers).status, 431);
  HttpClient target(port());
  target.Send("POST /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(target.Read().status, 431);
}

TEST_F(HttpLimitsTest, TakesARequestByteByByte) {
  for (const char byte : Post(CallMessage(1, "echo", {{"text", "a"}}))) {
    client().Send({&byte, 1});
  }
  EXPECT_EQ(TextOf(client().Read().json()), "a");
}

TEST_F(HttpLimitsTest, TellsAClientThatWaitsToGoOn) {
  const std::string body = CallMessage(1, "echo", {{"text", "a"}});
  client().Send(std::string(kBegin) + kUsualHeaders + "Expect: 100-continue\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client().ReadHead().status, 100);
  client().Send(body);
  EXPECT_EQ(TextOf(client().Read().json()), "a");
}

TEST_F(HttpLimitsTest, RefusesWithoutReadingABodyThatIsNotWanted) {
  client().Send("POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf");
  const HttpAnswer answer = client().Read();
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client().Ended());
}

TEST_F(HttpLimitsTest, RefusesBodiesWhoseLengthIsInDoubt) {
  for (const char* headers :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -1\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"}) {
    HttpClient client(port());
    client.Send(std::string(kBegin) + kUsualHeaders + headers + "\r\n");
    EXPECT_EQ(client.Read().status, 400) << headers;
    EXPECT_TRUE(client.Ended());
  }
}

TEST_F(HttpLimitsTest, ClosesAConnectionOnWhichNothingComes) {
  ServeWithin({.first_byte = kShort});
  EXPECT_TRUE(HttpClient(port()).Ended());
}

TEST_F(HttpLimitsTest, TellsASlowClientThatItsHeadersOrBodyTookTooLong) {
  ServeWithin({.head = kShort, .body = kShort});
  HttpClient head(port());
  head.Send(kBegin);
  EXPECT_EQ(head.Read().status, 408);
  EXPECT_TRUE(head.Ended());
  ServeWithin({.body = kShort});
  HttpClient body(port());
  body.Send(std::string(kBegin) + kUsualHeaders + "Content-Length: 10\r\n\r\n{");
  EXPECT_EQ(body.Read().status, 408);
}

TEST_F(HttpLimitsTest, SurvivesClientsThatLeaveInTheMiddle) {
  const std::string whole = Post(CallMessage(1, "echo"));
  for (size_t sent = 0; sent < whole.size(); sent += 7) {
    HttpClient client(port());
    client.Send(whole.substr(0, sent));
    client.Close();
  }
  HttpClient client(port());
  EXPECT_EQ(client.Ask(CallMessage(1, "echo")).status, 200);
}

TEST_F(HttpLimitsTest, HoldsSoManyConnectionsAndTurnsFurtherOnesAway) {
  constexpr size_t kConnections = 64;
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (size_t i = 0; i < kConnections; ++i) {
    clients.push_back(std::make_unique<HttpClient>(port()));
    ASSERT_EQ(clients.back()->Ask(CallMessage(1, "echo")).status, 200);
  }
  HttpClient surplus(port());
  const HttpAnswer answer = surplus.Ask(CallMessage(1, "echo"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.json().at("error").at("code"), kBusy);
  EXPECT_TRUE(surplus.Ended());
  EXPECT_EQ(clients.front()->Ask(CallMessage(2, "echo")).status, 200);
}

TEST_F(HttpLimitsTest, ConnectionsThatShowNothingGiveWay) {
  std::vector<std::unique_ptr<HttpClient>> silent;
  for (size_t i = 0; i < 64; ++i) silent.push_back(std::make_unique<HttpClient>(port()));
  EXPECT_EQ(client().Ask(CallMessage(1, "echo")).status, 200);
  EXPECT_TRUE(silent.front()->Ended());
  EXPECT_EQ(silent.back()->Ask(CallMessage(1, "echo")).status, 200) << "the newest are served";
}

TEST_F(HttpLimitsTest, ConnectionsWithoutTheTokenGiveWayToo) {
  ServeWithToken();
  std::vector<std::unique_ptr<HttpClient>> strangers;
  for (size_t i = 0; i < 64; ++i) {
    strangers.push_back(std::make_unique<HttpClient>(port()));
    EXPECT_EQ(strangers.back()->Ask(CallMessage(1, "echo")).status, 401);
  }
  const std::string shown = std::string(kUsualHeaders) + "Authorization: Bearer the-token\r\n";
  EXPECT_EQ(client().Ask(CallMessage(1, "echo"), shown).status, 200);
}

TEST_F(HttpLimitsTest, GivesThePlaceOfAConnectionThatEndsToAnother) {
  HttpOptions options;
  options.most_connections = 1;
  Serve(options);
  const std::string closing = std::string(kUsualHeaders) + "Connection: close\r\n";
  for (int i = 0; i < 5; ++i) {
    // The place is free once the server has seen the end of the last one.
    int status = 503;
    while (status == 503) status = HttpClient(port()).Ask(CallMessage(1, "echo"), closing).status;
    EXPECT_EQ(status, 200);
  }
}

}  // namespace
}  // namespace falcon::mcp

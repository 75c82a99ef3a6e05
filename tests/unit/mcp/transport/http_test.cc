// MCP over HTTP: what is answered with what, on one connection.
#include "mcp/transport/http.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/unit/mcp/transport/http_client.h"

namespace falcon::mcp {
namespace {

using ::testing::IsEmpty;

std::string Echo(int id, const std::string& text) {
  return CallMessage(id, "echo", {{"text", text}});
}

TEST_F(HttpTest, AnswersARequestWithJson) {
  const HttpAnswer answer = client().Ask(Echo(1, "a"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
  EXPECT_EQ(TextOf(answer.json()), "a");
}

TEST_F(HttpTest, AnswersANotificationWith202AndNoBody) {
  const HttpAnswer answer =
      client().Ask(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_THAT(answer.body, IsEmpty());
  EXPECT_FALSE(answer.headers.contains("content-type"));
}

TEST_F(HttpTest, AnswersAResponseWith202) {
  EXPECT_EQ(client().Ask(R"({"jsonrpc":"2.0","id":1,"result":{}})").status, 202);
}

TEST_F(HttpTest, ServesRequestAfterRequestOnOneConnection) {
  client().Send(Post(Echo(1, "a")) + Post(Echo(2, "b")));
  EXPECT_EQ(TextOf(client().Read().json()), "a");
  EXPECT_EQ(TextOf(client().Read().json()), "b");
  EXPECT_EQ(TextOf(client().Ask(Echo(3, "c")).json()), "c");
}

TEST_F(HttpTest, ClosesWhereTheClientAsksForIt) {
  const HttpAnswer answer =
      client().Ask(Echo(1, "a"), std::string(kUsualHeaders) + "Connection: close\r\n");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client().Ended());
}

TEST_F(HttpTest, SaysWhatIsWrongWithAMessageAsJsonRpcDoes) {
  const HttpAnswer garbage = client().Ask("not json");
  EXPECT_EQ(garbage.status, 400);
  EXPECT_EQ(garbage.json().at("error").at("code"), kParseError);
  const HttpAnswer batch = client().Ask("[]");
  EXPECT_EQ(batch.status, 400);
  EXPECT_EQ(batch.json().at("error").at("code"), kInvalidRequest);
}

TEST_F(HttpTest, ChecksTheHeadersOfTheStatelessEra) {
  const std::string message = Stateless(Echo(1, "a"));
  const std::string usual = kUsualHeaders;
  EXPECT_EQ(client().Ask(message, usual + StatelessHeaders("tools/call", "echo")).status, 200);
  EXPECT_EQ(
      client().Ask(message, usual + StatelessHeaders("tools/call", "=?base64?ZWNobw==?=")).status,
      200);
  for (const auto& wrong :
       {StatelessHeaders("tools/list", "echo"), StatelessHeaders("tools/call", "hold"),
        StatelessHeaders("tools/call", "")}) {
    const HttpAnswer refused = client().Ask(message, usual + wrong);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.json().at("id"), 1);
    EXPECT_EQ(refused.json().at("error").at("code"), kHeaderMismatch);
  }
}

TEST_F(HttpTest, AnswersAnUnknownMethodOfTheStatelessEraWith404) {
  const std::string message = Stateless(R"({"jsonrpc":"2.0","id":1,"method":"none","params":{}})");
  const HttpAnswer answer =
      client().Ask(message, std::string(kUsualHeaders) + StatelessHeaders("none", ""));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.json().at("error").at("code"), kMethodNotFound);
}

TEST_F(HttpTest, StreamsProgressAndEndsTheStreamWithTheAnswer) {
  client().Send(Post(StepsMessage(1)));
  const HttpAnswer head = client().ReadHead();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(head.headers.at("x-accel-buffering"), "no");
  EXPECT_EQ(Json::parse(client().ReadEvent()).at("params").at("message"), "first");
  server_.Open();
  EXPECT_EQ(Json::parse(client().ReadEvent()).at("params").at("message"), "second");
  EXPECT_EQ(TextOf(Json::parse(client().ReadEvent())), "held");
  EXPECT_THAT(client().ReadEvent(), IsEmpty());
  EXPECT_EQ(client().Ask(Echo(2, "a")).status, 200);
}

TEST_F(HttpTest, DropsProgressWhereTheClientTakesNoStream) {
  server_.Open();
  for (const char* accept : {"Accept: application/json\r\n", ""}) {
    const HttpAnswer answer =
        client().Ask(StepsMessage(1), std::string("Content-Type: application/json\r\n") + accept);
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    EXPECT_EQ(TextOf(answer.json()), "held");
  }
}

TEST_F(HttpTest, StreamsTheAnswerWhereTheClientTakesNothingElse) {
  client().Send(
      Post(Echo(1, "a"), "Content-Type: application/json\r\nAccept: text/event-stream\r\n"));
  EXPECT_EQ(client().ReadHead().headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(TextOf(Json::parse(client().ReadEvent())), "a");
  EXPECT_THAT(client().ReadEvent(), IsEmpty());
}

TEST_F(HttpTest, KeepsASilentStreamOpenWithComments) {
  ServeWithin({.silence = std::chrono::milliseconds(1)});
  client().Send(Post(StepsMessage(1)));
  client().ReadHead();
  client().ReadEvent();
  EXPECT_EQ(client().ReadEvent(), ":");
  EXPECT_EQ(client().ReadEvent(), ":");
}

TEST_F(HttpTest, AnswersHttp10AndCloses) {
  const std::string body = Echo(1, "a");
  for (const char* accept : {"", "Accept: text/event-stream\r\n"}) {
    HttpClient client(port());
    client.Send("POST /mcp HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                std::string(accept) + "Content-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    const HttpAnswer head = client.ReadHead();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("connection"), "close");
    EXPECT_FALSE(head.headers.contains("transfer-encoding"));
    std::string text = client.ReadToEnd();
    if (text.starts_with("event: message\ndata: ")) text.erase(0, 21);
    EXPECT_EQ(TextOf(Json::parse(text)), "a");
  }
}

TEST_F(HttpTest, AnswersHealthChecksOfAnybody) {
  ServeWithToken();
  client().Send("GET /healthz HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
  const HttpAnswer answer = client().Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json().at("status"), "ok");
  client().Send("HEAD /healthz HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client().ReadHead().status, 200);
  EXPECT_THAT(client().ReadToEnd(), IsEmpty());
}

TEST_F(HttpTest, AnswersSeveralConnectionsAtOnce) {
  HttpClient held(port());
  held.Send(Post(CallMessage(1, "hold")));
  server_.AwaitHeld(1);
  HttpClient other(port());
  // The same id: it is another client's.
  EXPECT_EQ(TextOf(other.Ask(Echo(1, "a")).json()), "a");
  server_.Open();
  EXPECT_EQ(TextOf(held.Read().json()), "held");
}

}  // namespace
}  // namespace falcon::mcp

// MCP over HTTP: which requests are let in, and what is answered with what.
#include "mcp/transport/http.h"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "tests/unit/mcp/transport/fixture.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;
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

class HttpRulesTest : public HttpTest {
 protected:
  // `head`: request line and headers, without the blank line.
  HttpAnswer Send(std::string_view head) {
    HttpClient client(port());
    client.Send(std::string(head) + "\r\n\r\n");
    return client.Read();
  }
  // Of a POST with these further headers.
  int StatusWith(const std::string& headers) {
    HttpClient client(port());
    return client.Ask(CallMessage(1, "echo"), kUsualHeaders + headers).status;
  }
  int StatusAtHost(const std::string& host) {
    HttpClient client(port());
    const std::string body = CallMessage(1, "echo");
    client.Send("POST /mcp HTTP/1.1\r\nHost: " + host + "\r\n" + kUsualHeaders +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.Read().status;
  }
};

TEST_F(HttpRulesTest, AnswersForLoopbackNamesWithAnyPort) {
  for (const char* host : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:80"}) {
    EXPECT_EQ(StatusAtHost(host), 200) << host;
  }
}

TEST_F(HttpRulesTest, RefusesOtherHosts) {
  for (const char* host :
       {"evil.example.com", "localhost.evil.example.com", "127.0.0.1.evil.example.com", "[::2]",
        "localhost@evil.example.com", "localhost:x", "10.0.0.1:80", "[::1", "[]", ":80"}) {
    EXPECT_EQ(StatusAtHost(host), 403) << host;
  }
}

TEST_F(HttpRulesTest, RefusesRequestsWithoutAHostOrWithTwo) {
  EXPECT_EQ(Send("POST /mcp HTTP/1.1\r\nContent-Length: 0").status, 400);
  EXPECT_EQ(StatusWith("Host: localhost\r\n"), 400);
}

TEST_F(HttpRulesTest, LooksAtTheHostOfTheTargetToo) {
  constexpr const char* kRest = " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0";
  EXPECT_EQ(Send(std::string("POST http://evil.example.com/mcp") + kRest).status, 403);
  EXPECT_EQ(Send(std::string("POST http://localhost:1/mcp") + kRest).status, 415);
}

TEST_F(HttpRulesTest, LetsPagesOfLoopbackInAndRefusesAllOtherOrigins) {
  EXPECT_EQ(StatusWith("Origin: http://localhost:6274\r\n"), 200);
  EXPECT_EQ(StatusWith("Origin: https://127.0.0.1\r\n"), 200);
  for (const char* origin : {"http://evil.example.com", "null", "localhost", "file://localhost",
                             "http://localhost.evil.example.com", "http://", ""}) {
    EXPECT_EQ(StatusWith(std::string("Origin: ") + origin + "\r\n"), 403) << origin;
  }
}

TEST_F(HttpRulesTest, LetsAllowedHostsInAsHostAndAsOrigin) {
  HttpOptions options;
  options.allowed_hosts = {"MCP.example.com"};
  Serve(options);
  EXPECT_EQ(StatusAtHost("mcp.example.com:8443"), 200);
  EXPECT_EQ(StatusWith("Origin: https://mcp.EXAMPLE.com\r\n"), 200);
  EXPECT_EQ(StatusAtHost("other.example.com"), 403);
}

TEST_F(HttpRulesTest, RefusesWithAJsonRpcErrorWithoutAnId) {
  const HttpAnswer answer = Send("GET /mcp HTTP/1.1\r\nHost: evil.example.com");
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_EQ(answer.json().at("id"), nullptr);
  EXPECT_EQ(answer.json().at("error").at("code"), kInvalidRequest);
  EXPECT_THAT(answer.json().at("error").at("message").get<std::string>(), HasSubstr("Host"));
}

TEST_F(HttpRulesTest, ServesOnePathOnly) {
  for (const char* path : {"/", "/mcp/", "/MCP", "/.well-known/oauth-protected-resource", "*"}) {
    EXPECT_EQ(Send(std::string("POST ") + path + " HTTP/1.1\r\nHost: localhost").status, 404)
        << path;
  }
}

TEST_F(HttpRulesTest, RefusesEveryMethodButPostAndNamesIt) {
  for (const char* method : {"GET", "DELETE", "PUT", "OPTIONS"}) {
    const HttpAnswer answer = Send(std::string(method) + " /mcp HTTP/1.1\r\nHost: localhost");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers.at("allow"), "POST");
    EXPECT_FALSE(answer.headers.contains("connection")) << method;
  }
}

TEST_F(HttpRulesTest, SendsNoBodyToHead) {
  client().Send("HEAD /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client().ReadHead().status, 405);
  EXPECT_EQ(client().Ask(CallMessage(1, "echo")).status, 200);
}

TEST_F(HttpRulesTest, TakesJsonOnly) {
  const std::string body = CallMessage(1, "echo");
  const auto status = [&](const std::string& type) {
    HttpClient client(port());
    return client.Ask(body, type + "Accept: */*\r\n").status;
  };
  EXPECT_EQ(status("Content-Type: Application/JSON; charset=utf-8\r\n"), 200);
  EXPECT_EQ(status("Content-Type: text/plain\r\n"), 415);
  EXPECT_EQ(status("Content-Type: application/json-seq\r\n"), 415);
  EXPECT_EQ(status(""), 415);
}

TEST_F(HttpRulesTest, IsLenientAboutAccept) {
  const std::string body = CallMessage(1, "echo");
  const auto status = [&](const std::string& accept) {
    HttpClient client(port());
    return client.Ask(body, "Content-Type: application/json\r\n" + accept).status;
  };
  EXPECT_EQ(status(""), 200);
  EXPECT_EQ(status("Accept: application/json\r\n"), 200);
  EXPECT_EQ(status("Accept: text/html, Application/* ;q=0.1\r\n"), 200);
  EXPECT_EQ(status("Accept: text/html\r\nAccept: */*\r\n"), 200);
  EXPECT_EQ(status("Accept: text/html\r\n"), 406);
}

TEST_F(HttpRulesTest, SpeaksHttp11AndHttp10Only) {
  EXPECT_EQ(Send("POST /mcp HTTP/1.0\r\nHost: localhost").status, 415);
  EXPECT_EQ(Send("POST /mcp HTTP/1.2\r\nHost: localhost").status, 400);
  EXPECT_EQ(Send("PRI * HTTP/2.0").status, 400);
  EXPECT_EQ(Send("no http").status, 400);
}

TEST_F(HttpRulesTest, RefusesHeadersThatMayComeOnceOnly) {
  EXPECT_EQ(StatusWith("Mcp-Method: a\r\nMcp-Method: b\r\n"), 400);
  EXPECT_EQ(StatusWith("Content-Type: application/json\r\n"), 400);
}

TEST_F(HttpRulesTest, WantsTheTokenWhereThereIsOne) {
  ServeWithToken();
  EXPECT_EQ(StatusWith("Authorization: Bearer the-token\r\n"), 200);
  EXPECT_EQ(StatusWith("Authorization: bearer  the-token \r\n"), 200);
  for (const char* wrong : {"Bearer the-toke", "Bearer the-token2", "Bearer ", "Bearer",
                            "Basic the-token", "the-token", "Bearer THE-TOKEN"}) {
    EXPECT_EQ(StatusWith(std::string("Authorization: ") + wrong + "\r\n"), 401) << wrong;
  }
}

TEST_F(HttpRulesTest, AsksForTheTokenBeforeItTellsAnythingElse) {
  ServeWithToken();
  const HttpAnswer answer = Send("GET /mcp HTTP/1.1\r\nHost: localhost");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.headers.at("www-authenticate"), "Bearer");
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("the-token")));
  const HttpAnswer wrong = Send("GET /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x");
  EXPECT_EQ(wrong.headers.at("www-authenticate"), "Bearer error=\"invalid_token\"");
}

}  // namespace
}  // namespace falcon::mcp

// Which requests are let in: hosts, origins, tokens, methods, media types.
#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "tests/unit/mcp/transport/http_client.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;

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

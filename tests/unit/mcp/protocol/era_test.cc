// Handshakes, versions and headers: who is served in which era, and who is refused.
#include <gtest/gtest.h>

#include <string>

#include "harness.h"

namespace falcon::mcp {
namespace {

HttpHeaders Headers(const char* version, const char* method = nullptr, const char* name = nullptr) {
  HttpHeaders headers;
  if (version != nullptr) headers.protocol_version = version;
  if (method != nullptr) headers.method = method;
  if (name != nullptr) headers.name = name;
  return headers;
}

using Handshake = ConversationTest;

TEST_F(Handshake, AgreesOnTheAskedVersionOrTheNewest) {
  for (const auto& [asked, agreed] :
       std::map<std::string, std::string>{{"2024-11-05", "2024-11-05"},
                                          {"2025-03-26", "2025-03-26"},
                                          {"2025-06-18", "2025-06-18"},
                                          {"2025-11-25", "2025-11-25"},
                                          {"2026-07-28", "2025-11-25"},
                                          {"1999-01-01", "2025-11-25"},
                                          {"", "2025-11-25"}}) {
    Conversation fresh;
    const Json result =
        fresh.Ask(Legacy("initialize", R"("protocolVersion":")" + asked + "\""))["result"];
    EXPECT_EQ(result["protocolVersion"], agreed) << asked;
  }
}

TEST_F(Handshake, SaysWhoIsThereAndWhatIsOffered) {
  const Json answer = conversation.Ask(Legacy("initialize", R"("protocolVersion":"2025-06-18")"));
  const Json expected = Json::parse(R"({"protocolVersion":"2025-06-18",
    "capabilities":{"tools":{},"resources":{},"prompts":{},"completions":{}},
    "serverInfo":{"name":"tested","title":"Tested server","version":"1.2"},
    "instructions":"Ask."})");
  EXPECT_EQ(answer["result"], expected);
}

TEST_F(Handshake, NeedsAVersion) {
  EXPECT_EQ(conversation.Ask(Legacy("initialize"))["error"]["code"], kInvalidParams);
  EXPECT_EQ(conversation.Ask(Legacy("initialize", R"("protocolVersion":1)"))["error"]["code"],
            kInvalidParams);
}

TEST_F(Handshake, IsAskedForWhereItIsMissing) {
  EXPECT_EQ(conversation.Ask(Legacy("ping"))["result"], Json::object());
  const Json refused = conversation.Ask(Legacy("tools/list"));
  EXPECT_EQ(refused["error"]["code"], kInvalidParams);
  EXPECT_NE(refused["error"]["message"].get<std::string>().find("initialize"), std::string::npos);
  conversation.Initialize();
  EXPECT_TRUE(conversation.Ask(Legacy("tools/list")).contains("result"));
}

TEST_F(Handshake, OffersNothingThatIsNotThere) {
  Conversation bare{ServerDefinition()};
  const Json discovered = bare.Ask(Modern("server/discover"))["result"];
  EXPECT_EQ(discovered["capabilities"], Json::object());
  EXPECT_FALSE(discovered.contains("instructions"));
  for (const char* method :
       {"tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read",
        "prompts/list", "prompts/get", "completion/complete"}) {
    EXPECT_EQ(bare.Ask(Modern(method))["error"]["code"], kMethodNotFound) << method;
  }
}

using Stateless = ConversationTest;

TEST_F(Stateless, DiscoversWithoutHandshake) {
  const Json expected = Json::parse(R"({"resultType":"complete","ttlMs":300000,
    "cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":
    {"name":"tested","version":"1.2"}},"supportedVersions":["2026-07-28"],
    "capabilities":{"tools":{},"resources":{},"prompts":{},"completions":{}},
    "instructions":"Ask."})");
  EXPECT_EQ(conversation.Ask(Modern("server/discover"))["result"], expected);
}

TEST_F(Stateless, NeedsVersionAndCapabilitiesInEachRequest) {
  const Json whole = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                      {"io.modelcontextprotocol/clientCapabilities", Json::object()},
                      {"io.modelcontextprotocol/clientInfo", {{"name", "a"}, {"version", "1"}}}};
  for (const char* patch : {R"({"io.modelcontextprotocol/protocolVersion":null})",
                            R"({"io.modelcontextprotocol/protocolVersion":20260728})",
                            R"({"io.modelcontextprotocol/clientCapabilities":null})",
                            R"({"io.modelcontextprotocol/clientCapabilities":[]})",
                            R"({"io.modelcontextprotocol/protocolVersion":null,
                                "io.modelcontextprotocol/clientCapabilities":null})"}) {
    Json meta = whole;
    meta.merge_patch(Json::parse(patch));
    Conversation fresh;
    fresh.Initialize();
    const OutgoingMessage answer = fresh.AskWhole(Legacy("tools/list", "\"_meta\":" + meta.dump()));
    EXPECT_EQ(Parsed(answer.text)["error"]["code"], kInvalidParams) << patch;
    EXPECT_EQ(answer.http_status, 400);
  }
}

TEST_F(Stateless, NamesTheVersionsWhereOneIsUnknown) {
  for (const char* version : {"v999.0.0", "2025-11-25", "2027-01-01"}) {
    const OutgoingMessage answer = conversation.AskWhole(
        Legacy("tools/list", R"("_meta":{"io.modelcontextprotocol/protocolVersion":")" +
                                 std::string(version) +
                                 R"(","io.modelcontextprotocol/clientCapabilities":{}})"));
    const Json error = Parsed(answer.text)["error"];
    EXPECT_EQ(error["code"], kUnsupportedVersion);
    EXPECT_EQ(error["data"], (Json{{"supported", {"2026-07-28"}}, {"requested", version}}));
    EXPECT_EQ(answer.http_status, 400);
  }
}

TEST_F(Stateless, KnowsNoMethodsOfTheOtherEra) {
  conversation.Initialize();
  for (const char* method : {"initialize", "ping", "logging/setLevel", "resources/subscribe",
                             "resources/unsubscribe", "unknown/method"}) {
    const OutgoingMessage answer = conversation.AskWhole(Modern(method));
    EXPECT_EQ(Parsed(answer.text)["error"]["code"], kMethodNotFound) << method;
    EXPECT_EQ(answer.http_status, 404);
  }
  for (const char* method : {"server/discover", "subscriptions/listen", "unknown/method"}) {
    const OutgoingMessage answer = conversation.AskWhole(Legacy(method));
    EXPECT_EQ(Parsed(answer.text)["error"]["code"], kMethodNotFound) << method;
    EXPECT_EQ(answer.http_status, 200);
  }
}

TEST_F(Stateless, ListensToNothingAndSaysSo) {
  ASSERT_TRUE(conversation.Send(
      Modern("subscriptions/listen", R"("notifications":{"toolsListChanged":true})", "\"s\"")));
  const auto sent = conversation.outlet().AfterAnswers(1);
  ASSERT_EQ(sent.size(), 2);
  EXPECT_FALSE(sent[0].last);
  EXPECT_EQ(Parsed(sent[0].text), Json::parse(R"({"jsonrpc":"2.0",
    "method":"notifications/subscriptions/acknowledged",
    "params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"},"notifications":{}}})"));
  const Json result = Parsed(sent[1].text)["result"];
  EXPECT_EQ(result["_meta"]["io.modelcontextprotocol/subscriptionId"], "s");
  EXPECT_EQ(conversation.Ask(Modern("subscriptions/listen"))["error"]["code"], kInvalidParams);
}

using Http = ConversationTest;

TEST_F(Http, NeedsNoHandshakeInTheInitializeEra) {
  for (const char* version : {static_cast<const char*>(nullptr), "2024-11-05", "2025-03-26",
                              "2025-06-18", " 2025-11-25 "}) {
    Conversation fresh;
    const HttpHeaders headers = Headers(version);
    EXPECT_TRUE(fresh.Ask(Legacy("tools/list"), &headers).contains("result"));
    EXPECT_FALSE(fresh.Send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", &headers));
  }
}

TEST_F(Http, RefusesVersionsItDoesNotKnow) {
  const HttpHeaders headers = Headers("2020-01-01");
  for (const char* message : {R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
                              R"({"jsonrpc":"2.0","method":"notifications/initialized"})"}) {
    const OutgoingMessage answer = conversation.AskWhole(message, &headers);
    EXPECT_EQ(answer.http_status, 400);
    EXPECT_EQ(Parsed(answer.text)["error"]["code"], kInvalidRequest);
  }
  EXPECT_TRUE(conversation.Ask(Legacy("initialize", R"("protocolVersion":"2020-01-01")"), &headers)
                  .contains("result"));
}

TEST_F(Http, TakesHeadersThatMirrorTheBody) {
  const std::string call = Modern("tools/call", R"("name":"echo")");
  const std::string read = Modern("resources/read", R"("uri":"test://one")");
  const std::string greet = Modern("prompts/get", R"("name":"greet","arguments":{"who":"me"})");
  for (const auto& [message, headers] : std::vector<std::pair<std::string, HttpHeaders>>{
           {call, Headers("2026-07-28", "tools/call", "echo")},
           {call, Headers(" 2026-07-28\t", " tools/call ", "  echo ")},
           {call, Headers("2026-07-28", "tools/call", "=?base64?ZWNobw==?=")},
           {read, Headers("2026-07-28", "resources/read", "test://one")},
           {greet, Headers("2026-07-28", "prompts/get", "greet")},
           {Modern("tools/list"), Headers("2026-07-28", "tools/list", "ignored")}}) {
    const OutgoingMessage answer = conversation.AskWhole(message, &headers);
    EXPECT_TRUE(Parsed(answer.text).contains("result")) << answer.text;
    EXPECT_EQ(answer.http_status, 200);
  }
}

TEST_F(Http, RefusesHeadersThatSayAnotherThingThanTheBody) {
  const std::string call = Modern("tools/call", R"("name":"echo")");
  for (const HttpHeaders& headers :
       {Headers(nullptr, "tools/call", "echo"), Headers("2025-11-25", "tools/call", "echo"),
        Headers("v999", "tools/call", "echo"), Headers("2026-07-28", nullptr, "echo"),
        Headers("2026-07-28", "tools/list", "echo"), Headers("2026-07-28", "TOOLS/CALL", "echo"),
        Headers("2026-07-28", "tools/call"), Headers("2026-07-28", "tools/call", "Echo"),
        Headers("2026-07-28", "tools/call", "=?base64?ZWNobw?=")}) {
    const OutgoingMessage answer = conversation.AskWhole(call, &headers);
    const Json json = Parsed(answer.text);
    EXPECT_EQ(json["error"]["code"], kHeaderMismatch) << answer.text;
    EXPECT_EQ(json["id"], 1);
    EXPECT_EQ(answer.http_status, 400);
  }
}

TEST_F(Http, WantsMetaWhereTheHeaderSaysTheStatelessVersion) {
  const HttpHeaders headers = Headers("2026-07-28", "server/discover");
  const OutgoingMessage answer = conversation.AskWhole(Legacy("server/discover"), &headers);
  EXPECT_EQ(Parsed(answer.text)["error"]["code"], kInvalidParams);
  EXPECT_EQ(answer.http_status, 400);
}

}  // namespace
}  // namespace falcon::mcp

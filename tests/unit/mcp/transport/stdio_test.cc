// MCP over pipes: what is written, what is refused, and how it ends.
#include "mcp/transport/stdio.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include "mcp/protocol/message.h"
#include "tests/unit/mcp/transport/stdio_client.h"
#include "tests/unit/mcp/transport/test_server.h"

namespace falcon::mcp {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::chrono::milliseconds kNoGrace{0};

class StdioTest : public ::testing::Test {
 protected:
  // Greets, as clients of the initialize era do.
  static void Greet(StdioClient& client) {
    client.Send(InitializeMessage(0));
    ASSERT_EQ(client.ReadMessage().at("result").at("protocolVersion"), "2025-11-25");
  }

  TestServer server_;
};

TEST_F(StdioTest, AnswersARequestWithOneLine) {
  StdioClient client(server_.server());
  Greet(client);
  client.Send(CallMessage(1, "echo", {{"text", "two\nlines"}}));
  const Json answer = client.ReadMessage();
  EXPECT_EQ(answer.at("id"), 1);
  EXPECT_EQ(TextOf(answer), "two\nlines");
}

TEST_F(StdioTest, NeedsNoHandshakeInTheStatelessEra) {
  StdioClient client(server_.server());
  client.Send(Stateless(CallMessage(1, "echo", {{"text", "a"}})));
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(StdioTest, AnswersGarbageWithErrorsAndGoesOn) {
  StdioClient client(server_.server());
  Greet(client);
  client.Send("not json");
  EXPECT_EQ(client.ReadMessage().at("error").at("code"), kParseError);
  client.Send(std::string_view("\0\xFF\xFE{", 4));
  EXPECT_EQ(client.ReadMessage().at("error").at("code"), kParseError);
  client.Send("[]");
  EXPECT_EQ(client.ReadMessage().at("error").at("code"), kInvalidRequest);
  client.SendBytes("\r\n\n  \n" + CallMessage(1, "echo", {{"text", "a"}}) + "\r\n");
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(StdioTest, TakesALineOfTheLargestSize) {
  StdioClient client(server_.server());
  Greet(client);
  const std::string message = CallMessage(1, "echo", {{"text", "a"}});
  client.Send(std::string(kMostMessageBytes - message.size(), ' ') + message);
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(StdioTest, RefusesALongerLineByItsLimitAndTakesTheNext) {
  StdioClient client(server_.server());
  Greet(client);
  client.Send(CallMessage(1, "echo", {{"text", std::string(kMostMessageBytes, 'x')}}));
  client.Send(CallMessage(2, "echo", {{"text", "a"}}));
  const Json refusal = client.ReadMessage();
  EXPECT_EQ(refusal.at("id"), nullptr);
  EXPECT_EQ(refusal.at("error").at("code"), kInvalidRequest);
  EXPECT_THAT(refusal.at("error").at("message").get<std::string>(), HasSubstr("262144 bytes"));
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(StdioTest, WritesWholeJsonLinesOnlyHoweverManyCallsRun) {
  constexpr int kCalls = 16;
  StdioClient client(server_.server());
  Greet(client);
  const std::string text(60'000, 'x');
  std::thread sender([&] {
    for (int id = 1; id <= kCalls; ++id) client.Send(CallMessage(id, "echo", {{"text", text}}));
  });
  std::set<int> answered;
  for (int i = 0; i < kCalls; ++i) {
    const Json answer = client.ReadMessage();
    ASSERT_TRUE(answer.is_object());
    EXPECT_EQ(TextOf(answer), text);
    answered.insert(answer.at("id").get<int>());
  }
  sender.join();
  EXPECT_THAT(answered, SizeIs(kCalls));
}

TEST_F(StdioTest, AnswersALaterCallBeforeAnEarlierOneThatTakesLonger) {
  StdioClient client(server_.server());
  Greet(client);
  client.Send(CallMessage(1, "hold"));
  client.Send(CallMessage(2, "echo", {{"text", "a"}}));
  EXPECT_EQ(client.ReadMessage().at("id"), 2);
  server_.Open();
  EXPECT_EQ(client.ReadMessage().at("id"), 1);
}

TEST_F(StdioTest, WritesProgressBeforeTheAnswer) {
  StdioClient client(server_.server());
  Greet(client);
  server_.Open();
  client.Send(StepsMessage(1));
  EXPECT_EQ(client.ReadMessage().at("params").at("progress"), 1);
  EXPECT_EQ(client.ReadMessage().at("params").at("progress"), 2);
  EXPECT_EQ(client.ReadMessage().at("id"), 1);
}

TEST_F(StdioTest, WritesNothingMoreForACancelledCall) {
  StdioClient client(server_.server());
  Greet(client);
  client.Send(CallMessage(1, "hold"));
  server_.AwaitHeld(1);
  client.Send(CancelMessage(1));
  server_.AwaitStopped(1);
  client.Send(CallMessage(2, "echo", {{"text", "a"}}));
  EXPECT_EQ(client.ReadMessage().at("id"), 2);
  client.CloseInput();
  EXPECT_THAT(client.ReadRest(), SizeIs(0));
}

TEST_F(StdioTest, EndsWellAndAtOnceWithTheInputWhenNothingIsInFlight) {
  StdioClient client(server_.server());
  Greet(client);
  client.CloseInput();
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(StdioTest, TakesAnUnterminatedLastLineAsAMessage) {
  StdioClient client(server_.server());
  client.SendBytes(InitializeMessage(0) + "\n" + CallMessage(1, "echo", {{"text", "a"}}));
  client.CloseInput();
  const std::vector<Json> answers = client.ReadRest();
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(TextOf(answers[1]), "a");
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(StdioTest, LetsCallsFinishForAWhileAfterTheInputHasEnded) {
  StdioClient client(server_.server());
  Greet(client);
  client.Send(CallMessage(1, "hold"));
  client.CloseInput();
  server_.AwaitHeld(1);
  server_.Open();
  const std::vector<Json> answers = client.ReadRest();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(TextOf(answers[0]), "held");
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(StdioTest, CancelsCallsThatTakeLongerThanThatAndWritesNothingForThem) {
  StdioClient client(server_.server(), kNoGrace);
  Greet(client);
  client.Send(CallMessage(1, "hold"));
  server_.AwaitHeld(1);
  client.CloseInput();
  server_.AwaitStopped(1);
  EXPECT_THAT(client.ReadRest(), SizeIs(0));
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(StdioTest, EndsWhenTheOutputIsClosedAndCancelsWhatIsInFlight) {
  StdioClient client(server_.server());
  Greet(client);
  client.Send(CallMessage(1, "hold"));
  server_.AwaitHeld(1);
  client.CloseOutput();
  EXPECT_FALSE(client.AwaitEnd());
  server_.AwaitStopped(1);
}

TEST_F(StdioTest, SaysThatItFailedWhereTheInputCannotBeRead) {
  const int folder = open("/", O_RDONLY | O_CLOEXEC);
  EXPECT_FALSE(ServeStdio(server_.server(), folder, STDOUT_FILENO, kNoGrace));
  close(folder);
}

}  // namespace
}  // namespace falcon::mcp

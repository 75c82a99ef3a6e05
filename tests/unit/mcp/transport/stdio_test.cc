// Lines of any stream, and the conversation on standard input and output.
#include "mcp/transport/stdio.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <future>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "mcp/protocol/json.h"
#include "mcp/protocol/message.h"
#include "mcp/protocol/server.h"
#include "tests/unit/mcp/transport/fixture.h"

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Ends the serving when it goes.
class StdioClient {
 public:
  explicit StdioClient(Server& server, std::chrono::milliseconds grace = std::chrono::hours(1)) {
    signal(SIGPIPE, SIG_IGN);
    if (pipe(to_server_.data()) != 0 || pipe(from_server_.data()) != 0) std::abort();
    ended_ = std::async(std::launch::async, [this, &server, grace] {
      const bool well = ServeStdio(server, to_server_[0], from_server_[1], grace);
      close(from_server_[1]);
      return well;
    });
  }
  ~StdioClient() {
    CloseInput();
    if (ended_.valid()) ended_.wait();
    CloseOutput();
    close(to_server_[0]);
  }
  StdioClient(const StdioClient&) = delete;
  StdioClient& operator=(const StdioClient&) = delete;

  void SendBytes(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(to_server_[1], bytes.data(), bytes.size());
      if (written < 0) return;
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  void Send(std::string_view message) { SendBytes(std::string(message) + "\n"); }

  // The next line as it is, without its end; empty: the output has ended.
  std::string ReadLine() {
    size_t end = 0;
    while ((end = read_.find('\n')) == std::string::npos) {
      std::array<char, 65536> chunk;
      const ssize_t size = read(from_server_[0], chunk.data(), chunk.size());
      if (size <= 0) return {};
      read_.append(chunk.data(), static_cast<size_t>(size));
    }
    std::string line = read_.substr(0, end);
    read_.erase(0, end + 1);
    return line;
  }
  Json ReadMessage() { return Json::parse(ReadLine(), nullptr, false); }

  // What is left to read, to the end.
  std::vector<Json> ReadRest() {
    std::vector<Json> messages;
    for (std::string line = ReadLine(); !line.empty(); line = ReadLine()) {
      messages.push_back(Json::parse(line, nullptr, false));
    }
    return messages;
  }

  void CloseInput() { Close(to_server_[1]); }
  void CloseOutput() { Close(from_server_[0]); }
  // What ServeStdio returned.
  bool AwaitEnd() { return ended_.get(); }

 private:
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }

  std::array<int, 2> to_server_;
  std::array<int, 2> from_server_;
  std::string read_;
  std::future<bool> ended_;
};

constexpr size_t kMostBytes = 8;
constexpr const char* kTooLong = "(too long)";

std::vector<std::string> Frame(const std::vector<std::string_view>& pieces) {
  std::vector<std::string> lines;
  const LineFramer::Take take = [&](const LineFramer::Line& line) {
    lines.emplace_back(line.too_long ? kTooLong : line.text);
  };
  LineFramer framer(kMostBytes);
  for (const std::string_view piece : pieces) framer.Feed(piece, take);
  framer.End(take);
  return lines;
}

TEST(LineFramer, CutsAPieceIntoItsLines) {
  EXPECT_THAT(Frame({"one\ntwo\nthree\n"}), ElementsAre("one", "two", "three"));
}

TEST(LineFramer, PutsALineTogetherFromItsPieces) {
  EXPECT_THAT(Frame({"o", "n", "e\ntw", "o\n"}), ElementsAre("one", "two"));
}

TEST(LineFramer, TakesWhatTheStreamEndsWithAsALine) {
  EXPECT_THAT(Frame({"one\nhalf"}), ElementsAre("one", "half"));
}

TEST(LineFramer, LeavesOutBlankLines) {
  EXPECT_THAT(Frame({"\n\r\n \t\none\n\n", " ", " \n"}), ElementsAre("one"));
  EXPECT_THAT(Frame({}), IsEmpty());
}

TEST(LineFramer, TakesCrLfAsAnEndAndKeepsOtherCarriageReturns) {
  EXPECT_THAT(Frame({"one\r\nt\rwo\r", "\n"}), ElementsAre("one", "t\rwo"));
}

TEST(LineFramer, HandsOnNulAndBytesThatAreNotUtf8) {
  const std::string_view odd("a\0\xFF\n", 4);
  EXPECT_THAT(Frame({odd}), ElementsAre(std::string("a\0\xFF", 3)));
}

TEST(LineFramer, TakesALineOfTheMostBytesWithEitherEnd) {
  EXPECT_THAT(Frame({"12345678\n", "12345678\r\n", "1234", "5678", "\r", "\n"}),
              ElementsAre("12345678", "12345678", "12345678"));
}

TEST(LineFramer, SkipsALineThatIsTooLongAndGoesOnBehindIt) {
  EXPECT_THAT(Frame({"123456789\nnext\n"}), ElementsAre(kTooLong, "next"));
  EXPECT_THAT(Frame({"12345", "67890", "12345", "6\nnext", "\n"}), ElementsAre(kTooLong, "next"));
  EXPECT_THAT(Frame({"12345678\r", "x\n", "next"}), ElementsAre(kTooLong, "next"));
}

TEST(LineFramer, SaysThatTheLastLineWasTooLongWithoutItsEnd) {
  EXPECT_THAT(Frame({"1234567890"}), ElementsAre(kTooLong));
}

constexpr std::chrono::milliseconds kNoGrace{0};

// As clients of the initialize era do.
void Greet(StdioClient& client) {
  client.Send(InitializeMessage(0));
  EXPECT_EQ(client.ReadMessage().at("result").at("protocolVersion"), "2025-11-25");
}

struct StdioTest : ::testing::Test {
  TestServer server_;
  StdioClient client{server_.server()};
};

struct GreetedStdioTest : StdioTest {
  GreetedStdioTest() { Greet(client); }
};

TEST_F(GreetedStdioTest, AnswersARequestWithOneLine) {
  client.Send(CallMessage(1, "echo", {{"text", "two\nlines"}}));
  const Json answer = client.ReadMessage();
  EXPECT_EQ(answer.at("id"), 1);
  EXPECT_EQ(TextOf(answer), "two\nlines");
}

TEST_F(StdioTest, NeedsNoHandshakeInTheStatelessEra) {
  client.Send(Stateless(CallMessage(1, "echo", {{"text", "a"}})));
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(GreetedStdioTest, AnswersGarbageWithErrorsAndGoesOn) {
  client.Send("not json");
  EXPECT_EQ(client.ReadMessage().at("error").at("code"), kParseError);
  client.Send(std::string_view("\0\xFF\xFE{", 4));
  EXPECT_EQ(client.ReadMessage().at("error").at("code"), kParseError);
  client.Send("[]");
  EXPECT_EQ(client.ReadMessage().at("error").at("code"), kInvalidRequest);
  client.SendBytes("\r\n\n  \n" + CallMessage(1, "echo", {{"text", "a"}}) + "\r\n");
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(GreetedStdioTest, TakesALineOfTheLargestSize) {
  const std::string message = CallMessage(1, "echo", {{"text", "a"}});
  client.Send(std::string(kMaxMessageBytes - message.size(), ' ') + message);
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(GreetedStdioTest, RefusesALongerLineByItsLimitAndTakesTheNext) {
  client.Send(CallMessage(1, "echo", {{"text", std::string(kMaxMessageBytes, 'x')}}));
  client.Send(CallMessage(2, "echo", {{"text", "a"}}));
  const Json refusal = client.ReadMessage();
  EXPECT_EQ(refusal.at("id"), nullptr);
  EXPECT_EQ(refusal.at("error").at("code"), kInvalidRequest);
  EXPECT_THAT(refusal.at("error").at("message").get<std::string>(), HasSubstr("262144 bytes"));
  EXPECT_EQ(TextOf(client.ReadMessage()), "a");
}

TEST_F(GreetedStdioTest, WritesWholeJsonLinesOnlyHoweverManyCallsRun) {
  constexpr int kCalls = 16;
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

TEST_F(GreetedStdioTest, AnswersALaterCallBeforeAnEarlierOneThatTakesLonger) {
  client.Send(CallMessage(1, "hold"));
  client.Send(CallMessage(2, "echo", {{"text", "a"}}));
  EXPECT_EQ(client.ReadMessage().at("id"), 2);
  server_.Open();
  EXPECT_EQ(client.ReadMessage().at("id"), 1);
}

TEST_F(GreetedStdioTest, WritesProgressBeforeTheAnswer) {
  server_.Open();
  client.Send(StepsMessage(1));
  EXPECT_EQ(client.ReadMessage().at("params").at("progress"), 1);
  EXPECT_EQ(client.ReadMessage().at("params").at("progress"), 2);
  EXPECT_EQ(client.ReadMessage().at("id"), 1);
}

TEST_F(GreetedStdioTest, WritesNothingMoreForACancelledCall) {
  client.Send(CallMessage(1, "hold"));
  server_.AwaitHeld(1);
  client.Send(CancelMessage(1));
  server_.AwaitStopped(1);
  client.Send(CallMessage(2, "echo", {{"text", "a"}}));
  EXPECT_EQ(client.ReadMessage().at("id"), 2);
  client.CloseInput();
  EXPECT_THAT(client.ReadRest(), SizeIs(0));
}

TEST_F(GreetedStdioTest, EndsWellAndAtOnceWithTheInputWhenNothingIsInFlight) {
  client.CloseInput();
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(StdioTest, TakesAnUnterminatedLastLineAsAMessage) {
  client.SendBytes(InitializeMessage(0) + "\n" + CallMessage(1, "echo", {{"text", "a"}}));
  client.CloseInput();
  const std::vector<Json> answers = client.ReadRest();
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(TextOf(answers[1]), "a");
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(GreetedStdioTest, LetsCallsFinishForAWhileAfterTheInputHasEnded) {
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
  StdioClient impatient(server_.server(), kNoGrace);
  Greet(impatient);
  impatient.Send(CallMessage(1, "hold"));
  server_.AwaitHeld(1);
  impatient.CloseInput();
  server_.AwaitStopped(1);
  EXPECT_THAT(impatient.ReadRest(), SizeIs(0));
  EXPECT_TRUE(impatient.AwaitEnd());
}

TEST_F(GreetedStdioTest, EndsWhenTheOutputIsClosedAndCancelsWhatIsInFlight) {
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

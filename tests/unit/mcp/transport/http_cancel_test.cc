// Clients that leave while their call runs, and a server that ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/mcp/transport/http_fixture.h"

namespace falcon::mcp {
namespace {

using HttpCancelTest = HttpTest;

std::string StatelessPost(const std::string& message, std::string_view tool) {
  return Post(Stateless(message), kUsualHeaders + StatelessHeaders("tools/call", tool));
}

TEST_F(HttpCancelTest, CancelsACallOfTheStatelessEraWhenItsClientCloses) {
  client().Send(StatelessPost(CallMessage(1, "hold"), "hold"));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, CancelsACallWhoseStreamIsClosed) {
  client().Send(StatelessPost(StepsMessage(1), "steps"));
  client().ReadHead();
  EXPECT_EQ(Json::parse(client().ReadEvent()).at("params").at("progress"), 1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, SeesTheCloseBehindARequestThatWasSentAhead) {
  client().Send(StatelessPost(CallMessage(1, "hold"), "hold") + Post(CallMessage(2, "echo")));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, CancelsACallOfTheInitializeEraWhenItsClientCloses) {
  client().Send(Post(CallMessage(1, "hold")));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, CancelsACallWhoseClientTakesJsonOnlyAndCloses) {
  client().Send(Post(CallMessage(1, "hold"),
                     "Content-Type: application/json\r\nAccept: application/json\r\n"));
  server_.AwaitHeld(1);
  client().Close();
  server_.AwaitStopped(1);
}

TEST_F(HttpCancelTest, AnswersClientsOfBothErasThatOnlySendNoMore) {
  ServeWithin({.probe = std::chrono::milliseconds(1)});
  HttpClient old_era(port());
  old_era.Send(Post(CallMessage(1, "hold")));
  old_era.FinishSending();
  HttpClient new_era(port());
  new_era.Send(StatelessPost(CallMessage(1, "hold"), "hold"));
  new_era.FinishSending();
  server_.AwaitHeld(2);
  for (HttpClient* client : {&old_era, &new_era}) {
    EXPECT_EQ(client->ReadHead().status, 200);
    EXPECT_EQ(client->ReadEvent(), ":");
    EXPECT_EQ(client->ReadEvent(), ":");
  }
  server_.Open();
  for (HttpClient* client : {&old_era, &new_era}) {
    std::string event = ":";
    while (event == ":") event = client->ReadEvent();
    EXPECT_EQ(TextOf(Json::parse(event)), "held");
  }
}

TEST_F(HttpCancelTest, AnswersAClientWithJsonThatOnlySendsNoMore) {
  ServeWithin({.probe = std::chrono::milliseconds(1)});
  client().Send(Post(CallMessage(1, "hold"), "Content-Type: application/json\r\n"));
  client().FinishSending();
  server_.AwaitHeld(1);
  const HttpAnswer head = client().ReadHead();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("connection"), "close");
  server_.Open();
  EXPECT_EQ(TextOf(Json::parse(client().ReadToEnd())), "held");
}

TEST_F(HttpCancelTest, EndsACallThatMakesNoProgress) {
  ServeWithin({.stall = std::chrono::milliseconds(1)});
  const HttpAnswer answer = client().Ask(CallMessage(7, "hold"));
  EXPECT_EQ(answer.json().at("id"), 7);
  EXPECT_THAT(answer.json().at("error").at("message").get<std::string>(),
              ::testing::HasSubstr("no progress"));
}

TEST_F(HttpCancelTest, NeverCancelsACallOfAnotherPostByItsId) {
  client().Send(Post(CallMessage(1, "hold")));
  server_.AwaitHeld(1);
  HttpClient other(port());
  EXPECT_EQ(other.Ask(CancelMessage(1)).status, 202);
  server_.Open();
  EXPECT_EQ(TextOf(client().Read().json()), "held");
}

TEST_F(HttpCancelTest, CancelsWhatIsInFlightWhenTheServerEnds) {
  HttpClient old_era(port());
  old_era.Send(Post(CallMessage(1, "hold")));
  HttpClient new_era(port());
  new_era.Send(StatelessPost(StepsMessage(1), "steps"));
  HttpClient idle(port());
  server_.AwaitHeld(2);
  transport_.reset();
  server_.AwaitStopped(2);
  EXPECT_TRUE(idle.Ended());
  EXPECT_EQ(old_era.Read().status, 0);
}

TEST_F(HttpCancelTest, GivesUpAClientThatDoesNotReadItsStream) {
  ServeWithin({.write = std::chrono::milliseconds(1), .silence = std::chrono::milliseconds(0)});
  // Comments fill the buffers between the two until a write waits.
  client().Send(StatelessPost(StepsMessage(1), "steps"));
  server_.AwaitStopped(1);
}

}  // namespace
}  // namespace falcon::mcp

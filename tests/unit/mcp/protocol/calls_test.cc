// Calls in flight: at once, cancelled, with progress, failing, too many; and the threads that run
// them.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <latch>
#include <set>
#include <stdexcept>
#include <string>

#include "harness.h"
#include "mcp/protocol/workers.h"

namespace falcon::mcp {
namespace {

constexpr const char* kCall = R"("name":"tool")";

ServerDefinition OfferOf(std::function<ToolResult(const Json&, const CallContext&)> call) {
  ServerDefinition offer = SmallServer();
  offer.tools = {MakeTool("tool", std::move(call))};
  return offer;
}

ToolResult Said(std::string text) { return {{Content::Text(std::move(text))}, {}, false}; }

// Calls that say "done" once the gate is open.
ServerDefinition WaitingFor(Gate& gate) {
  return OfferOf([&](const Json&, const CallContext&) {
    gate.Wait();
    return Said("done");
  });
}

std::string Cancelled(const std::string& id) {
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id +
         R"(,"reason":"no need"}})";
}

// Blocks until the client wants no answer any more.
ToolResult UntilStopped(std::latch& begun, std::latch& ended, const CallContext& context) {
  Gate stopped;
  const std::stop_callback callback(context.stop, [&] { stopped.Open(); });
  begun.count_down();
  stopped.Wait();
  context.progress(1, 0, "too late");
  ended.count_down();
  return Said("too late");
}

ServerDefinition StoppedOnly(std::latch& begun, std::latch& ended) {
  return OfferOf(
      [&](const Json&, const CallContext& context) { return UntilStopped(begun, ended, context); });
}

TEST(Calls, RunSixteenAtOnceAndAnswerInAnyOrder) {
  std::barrier together(16);
  Conversation conversation(OfferOf([&](const Json& arguments, const CallContext&) {
                              together.arrive_and_wait();
                              return Said(std::to_string(arguments.value("n", 0)));
                            }),
                            16, 0);
  for (int i = 0; i < 16; ++i) {
    const std::string n = std::to_string(i);
    conversation.Send(Modern("tools/call", R"("name":"tool","arguments":{"n":)" + n + "}", n));
  }
  std::set<int> seen;
  for (const OutgoingMessage& answer : conversation.outlet().AfterAnswers(16)) {
    const Json json = Parsed(answer.text);
    EXPECT_EQ(json["result"]["content"][0]["text"], std::to_string(json["id"].get<int>()));
    seen.insert(json["id"].get<int>());
  }
  EXPECT_EQ(seen.size(), 16);
}

TEST(Calls, DoNotHoldUpOtherMessages) {
  Gate gate;
  Conversation conversation(WaitingFor(gate));
  conversation.Initialize();
  conversation.Send(Legacy("tools/call", kCall));
  EXPECT_EQ(conversation.Ask(Legacy("ping", "", "2"))["result"], Json::object());
  EXPECT_TRUE(conversation.outlet().sent().empty());
  gate.Open();
  EXPECT_EQ(conversation.outlet().AfterAnswers(1).size(), 1);
}

TEST(Cancelling, StopsTheCallAndSendsNothingMore) {
  for (const std::string id : {"7", R"("seven")"}) {
    std::latch begun(1);
    std::latch ended(1);
    Conversation conversation(StoppedOnly(begun, ended), 1);
    conversation.Initialize();
    conversation.Send(Legacy("tools/call", R"("name":"tool","_meta":{"progressToken":1})", id));
    begun.wait();
    EXPECT_FALSE(conversation.Send(Cancelled(R"("another")")));
    EXPECT_FALSE(conversation.Send(Cancelled(id)));
    ended.wait();
    // The one worker is free again once it answers this.
    conversation.Ask(Legacy("resources/read", R"("uri":"test://one")", "8"));
    EXPECT_TRUE(conversation.outlet().sent().empty());
  }
}

TEST(Cancelling, KeepsAQueuedCallFromRunning) {
  Gate gate;
  std::atomic<int> runs = 0;
  Conversation conversation(OfferOf([&](const Json&, const CallContext&) {
                              gate.Wait();
                              ++runs;
                              return Said("done");
                            }),
                            1);
  conversation.Send(Modern("tools/call", kCall, "1"));
  conversation.Send(Modern("tools/call", kCall, "2"));
  conversation.Send(Cancelled("2"));
  gate.Open();
  conversation.Ask(Modern("tools/call", kCall, "3"));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(conversation.outlet().sent().size(), 1);
}

TEST(Cancelling, OfAllEndsEveryCallInFlight) {
  std::latch begun(2);
  std::latch ended(2);
  {
    Conversation conversation(StoppedOnly(begun, ended));
    conversation.Send(Modern("tools/call", kCall, "1"));
    conversation.Send(Modern("tools/call", kCall, "2"));
    begun.wait();
    conversation.session().CancelAll();
    EXPECT_TRUE(conversation.outlet().sent().empty());
    ended.wait();
  }
}

TEST(Cancelling, ComesWithTheEndOfTheServerForCallsThatNobodyWaitsFor) {
  std::latch begun(1);
  std::latch ended(1);
  {
    Conversation conversation(StoppedOnly(begun, ended));
    conversation.Send(Modern("tools/call", kCall));
    begun.wait();
  }
  EXPECT_TRUE(ended.try_wait());
}

TEST(Cancelling, FreesTheId) {
  std::latch begun(1);
  std::latch ended(1);
  std::atomic<int> runs = 0;
  Conversation conversation(OfferOf([&](const Json&, const CallContext& context) {
    return ++runs == 1 ? UntilStopped(begun, ended, context) : Said("second");
  }));
  conversation.Send(Modern("tools/call", kCall));
  begun.wait();
  conversation.Send(Cancelled("1"));
  EXPECT_EQ(conversation.Ask(Modern("tools/call", kCall))["result"]["content"][0]["text"],
            "second");
}

TEST(Calls, AreRefusedWhileTheirIdIsInFlight) {
  Gate gate;
  Conversation conversation(WaitingFor(gate));
  conversation.Send(Modern("tools/call", kCall, "1"));
  EXPECT_EQ(conversation.Ask(Modern("tools/call", kCall, "1"))["error"]["code"], kInvalidRequest);
  gate.Open();
  EXPECT_TRUE(conversation.Send(Modern("tools/call", kCall, R"("1")")));
  conversation.outlet().AfterAnswers(2);
  EXPECT_TRUE(conversation.Ask(Modern("tools/call", kCall, "1")).contains("result"));
}

TEST(Calls, AreToldToRetryWhenTooManyWait) {
  Gate gate;
  Conversation conversation(WaitingFor(gate), 1, 1);
  conversation.Send(Modern("tools/call", kCall, "1"));
  conversation.Send(Modern("tools/call", kCall, "2"));
  const Json result = conversation.Ask(Modern("tools/call", kCall, "3"))["result"];
  EXPECT_EQ(result["isError"], true);
  EXPECT_NE(result["content"][0]["text"].get<std::string>().find("Try again"), std::string::npos);
  const Json error =
      conversation.Ask(Modern("resources/read", R"("uri":"test://one")", "4"))["error"];
  EXPECT_EQ(error["code"], kBusy);
  gate.Open();
  conversation.outlet().AfterAnswers(2);
}

TEST(Calls, ThatThrowAreInternalErrorsWithoutTheirText) {
  Conversation conversation(OfferOf([](const Json& arguments, const CallContext&) -> ToolResult {
    if (arguments.contains("odd")) throw 7;
    throw std::runtime_error("secret");
  }));
  for (const char* params : {kCall, R"("name":"tool","arguments":{"odd":1})"}) {
    const OutgoingMessage answer = conversation.AskWhole(Modern("tools/call", params));
    EXPECT_EQ(Parsed(answer.text)["error"]["code"], kInternalError);
    EXPECT_EQ(answer.text.find("secret"), std::string::npos);
  }
}

std::vector<Json> ProgressOf(const std::string& token) {
  Conversation conversation(OfferOf([](const Json&, const CallContext& context) {
    context.progress(0, 100, "begun");
    context.progress(0, 100, "again");
    context.progress(0.5, 0, "");
    context.progress(0.25, 0, "back");
    context.progress(std::numeric_limits<double>::quiet_NaN(), 0, "");
    context.progress(std::numeric_limits<double>::infinity(), 0, "");
    context.progress(100, 100, "");
    return Said("done");
  }));
  conversation.Initialize();
  conversation.Send(
      Legacy("tools/call", R"("name":"tool","_meta":{"progressToken":)" + token + "}"));
  std::vector<Json> out;
  for (const OutgoingMessage& sent : conversation.outlet().AfterAnswers(1)) {
    out.push_back(Parsed(sent.text));
    EXPECT_EQ(sent.last, out.back().contains("id"));
  }
  return out;
}

TEST(Progress, GrowsAndEndsWithTheAnswer) {
  for (const std::string token : {"3", R"("a\"b")"}) {
    const auto sent = ProgressOf(token);
    ASSERT_EQ(sent.size(), 4);
    const std::string head = R"({"progressToken":)" + token;
    EXPECT_EQ(sent[0]["method"], "notifications/progress");
    EXPECT_EQ(sent[0]["params"],
              Json::parse(head + R"(,"progress":0,"total":100,"message":"begun"})"));
    EXPECT_EQ(sent[1]["params"], Json::parse(head + R"(,"progress":0.5})"));
    EXPECT_EQ(sent[2]["params"], Json::parse(head + R"(,"progress":100,"total":100})"));
    EXPECT_TRUE(sent[3].contains("result"));
  }
}

TEST(Progress, IsSilentWithoutAToken) {
  for (const std::string token : {"null", "1.5", "{}", "true"}) {
    EXPECT_EQ(ProgressOf(token).size(), 1) << token;
  }
}

TEST(Progress, SaysNothingAfterTheAnswer) {
  std::function<void(double, double, const std::string&)> kept;
  Conversation conversation(OfferOf([&](const Json&, const CallContext& context) {
    kept = context.progress;
    return Said("done");
  }));
  conversation.Initialize();
  conversation.Send(Legacy("tools/call", R"("name":"tool","_meta":{"progressToken":1})"));
  conversation.outlet().AfterAnswers(1);
  kept(1, 0, "late");
  EXPECT_EQ(conversation.outlet().sent().size(), 1);
}

TEST(Workers, RunAsManyAtOnceAsThereAreThreads) {
  std::latch together(3);
  Workers workers(3, 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(workers.Run([&] { together.arrive_and_wait(); }));
  together.wait();
}

TEST(Workers, RefuseWhatIsTooMuchAndTakeMoreLater) {
  Gate gate;
  std::atomic<int> done = 0;
  const auto wait = [&] {
    gate.Wait();
    ++done;
  };
  {
    Workers workers(1, 2);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(workers.Run(wait));
    EXPECT_FALSE(workers.Run(wait));
    gate.Open();
  }
  EXPECT_EQ(done, 3);
}

TEST(Workers, UseAThreadAgain) {
  Workers workers(1, 1);
  for (int i = 0; i < 100; ++i) {
    Gate done;
    while (!workers.Run([&] { done.Open(); })) {
    }
    done.Wait();
  }
}

TEST(Workers, SpreadCallsOverThreadsThatAreFree) {
  std::latch together(3);
  Workers workers(2, 8);
  std::atomic<int> sum = 0;
  workers.Spread(3, [&](size_t i) {
    together.arrive_and_wait();
    sum += static_cast<int>(i);
  });
  EXPECT_EQ(sum, 3);
}

TEST(Workers, SpreadDoesAllOnItsOwnThreadWhereNoneIsFree) {
  Gate gate;
  Workers workers(1, 0);
  EXPECT_TRUE(workers.Run([&] { gate.Wait(); }));
  int calls = 0;
  workers.Spread(5, [&](size_t) { ++calls; });
  EXPECT_EQ(calls, 5);
  gate.Open();
}

TEST(Workers, SpreadFromAWorkerNeedsNoOther) {
  Gate done;
  Workers workers(1, 8);
  EXPECT_TRUE(workers.Run([&] {
    int calls = 0;
    workers.Spread(5, [&](size_t) { ++calls; });
    EXPECT_EQ(calls, 5);
    done.Open();
  }));
  done.Wait();
}

}  // namespace
}  // namespace falcon::mcp

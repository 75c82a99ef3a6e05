// Small look-ups gather while a call is on the way; each gets its own answer.
#include <gmock/gmock.h>

#include <deque>
#include <list>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/unit/falcon/upstream_fixture.h"

namespace falcon::testing {
namespace {

using absl::StatusCode;
using run::Admission;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Json = nlohmann::json;
using Answer = absl::StatusOr<std::shared_ptr<const Found>>;

// Falcon's host details: knows every id but those that begin with "no", and answers when told to.
class Hosts final : public wire::HttpTransport {
 public:
  explicit Hosts(run::Loop& loop) : loop_(loop) {}

  Task<absl::StatusOr<wire::HttpResponse>> Send(wire::HttpRequest request) override {
    const auto ids = Json::parse(request.body)["ids"].get<std::vector<std::string>>();
    calls.push_back(ids);
    const auto gate = std::make_shared<run::Event>(loop_.executor());
    gates.push_back(gate);
    if (!open) co_await gate->Wait();
    if (status != 200) co_return Response(status, "{}");
    Json answer = {{"meta", {{"trace_id", "t"}}}, {"errors", Json::array()}, {"resources", {}}};
    answer["resources"] = Json::array();
    for (const std::string& id : ids) {
      if (id.starts_with("no")) {
        answer["errors"].push_back({{"code", 404}, {"message", "not found"}, {"id", id}});
      } else {
        answer["resources"].push_back({{"device_id", id}});
      }
    }
    co_return Response(200, answer.dump());
  }

  std::vector<std::vector<std::string>> calls;  // loop thread only, all of it
  std::deque<std::shared_ptr<run::Event>> gates;
  bool open = false;
  int status = 200;

 private:
  run::Loop& loop_;
};

class BatchesTest : public UpstreamTest {
 protected:
  Running<Answer> Find(Reading& reading, std::vector<std::string> ids,
                       const Operation& what = operation::kPostDeviceDetails) {
    const Lane lane{.operation = &what, .id_key = "device_id", .query = {}};
    return {loop, batches.Find(lane, std::move(ids), reading)};
  }
  void UntilCalls(size_t count) {
    Until([&] { return hosts.calls.size() >= count; });
  }
  void Open(size_t call) {
    OnLoop(loop, [&] { hosts.gates.at(call)->Set(); });
  }
  void Settle() {
    OnLoop(loop, [] {});
  }
  std::list<Admission::Place> HoldAllPlaces() {
    std::list<Admission::Place> held;
    for (int i = 0; i < 2; ++i) {
      held.push_back(
          *Await(loop, admission.Enter({"holder", Priority::kInteractive, In(seconds(60))})));
    }
    return held;
  }

  Hosts hosts{loop};
  Attempts calls_{{admission, breaker, budget, hosts, retries, clock, timer}, RetryPolicy{}, [] {
                    return 1.0;
                  }};
  Batches batches{calls_, loop, clock, timer,
                  [](const Lane&, std::span<const std::string>, const Found&) {}};
  Reading first{In(seconds(30))};
  Reading second{In(seconds(30))};
  Reading third{In(seconds(30))};
};

TEST_F(BatchesTest, AnIdleLaneAsksAtOnceAndTheNextOnesLeaveTogether) {
  Running<Answer> a = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> b = Find(second, {"b"});
  Running<Answer> c = Find(third, {"no-c"});
  Settle();
  EXPECT_EQ(hosts.calls.size(), 1U);
  Open(0);
  EXPECT_TRUE((**a.Get())->places.contains("a"));
  UntilCalls(2);
  Open(1);
  EXPECT_TRUE((**b.Get())->places.contains("b"));
  const auto missing = c.Get();
  EXPECT_FALSE((**missing)->places.contains("no-c"));
  EXPECT_EQ((**missing)->errors.at("no-c").code, 404);
  EXPECT_THAT(hosts.calls, ElementsAre(ElementsAre("a"), ElementsAre("b", "no-c")));
  EXPECT_THAT(second.errors, IsEmpty()) << "another's missing id is not told";
  EXPECT_EQ(third.errors.size(), 1U);
  EXPECT_EQ(first.upstream_calls + second.upstream_calls + third.upstream_calls, 2);
}

TEST_F(BatchesTest, LanesDoNotWaitForEachOther) {
  Operation other = operation::kPostDeviceDetails;
  other.id = "another";
  Running<Answer> a = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> b = Find(second, {"b"}, other);
  UntilCalls(2);
  Open(1);
  EXPECT_THAT(*b.Get(), IsOk());
  Open(0);
  EXPECT_THAT(*a.Get(), IsOk());
}

TEST_F(BatchesTest, AFullBatchLeavesAtOnce) {
  Operation small = operation::kPostDeviceDetails;
  small.max_ids = 2;
  Running<Answer> a = Find(first, {"a"}, small);
  UntilCalls(1);
  Running<Answer> b = Find(second, {"b"}, small);
  Running<Answer> c = Find(third, {"c"}, small);
  UntilCalls(2);
  Open(1);
  EXPECT_THAT(*b.Get(), IsOk());
  EXPECT_THAT(*c.Get(), IsOk());
  Open(0);
  EXPECT_THAT(*a.Get(), IsOk());
}

TEST_F(BatchesTest, ASlowCallHoldsTheOthersNoLongerThanTheirPatience) {
  Running<Answer> slow = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> b = Find(second, {"b"});
  Settle();
  timer.Advance(milliseconds(500));
  UntilCalls(2);
  Open(1);
  EXPECT_THAT(*b.Get(), IsOk());
  Open(0);
  EXPECT_THAT(*slow.Get(), IsOk());
}

TEST_F(BatchesTest, LookUpsThatWaitForAPlaceTravelTogetherHoweverLongItTakes) {
  std::list<Admission::Place> held = HoldAllPlaces();
  std::list<Reading> readings;
  std::list<Running<Answer>> finds;
  for (int i = 0; i < 10; ++i) {
    readings.emplace_back(In(seconds(60)));
    finds.push_back(Find(readings.back(), {Cat("id", i)}));
    Settle();
    timer.Advance(milliseconds(501));
    Settle();
  }
  OnLoop(loop, [&] { held.clear(); });
  UntilCalls(1);
  Open(0);
  UntilCalls(2);
  Open(1);
  for (Running<Answer>& find : finds) EXPECT_THAT(*find.Get(), IsOk());
  EXPECT_EQ(hosts.calls.size(), 2U);
  EXPECT_EQ(hosts.calls[1].size(), 9U);
}

TEST_F(BatchesTest, AFailureIsEverybodysInTheBatchAndNobodyElses) {
  Running<Answer> a = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> b = Find(second, {"b"});
  Running<Answer> c = Find(third, {"c"});
  Settle();
  OnLoop(loop, [&] { hosts.gates[0]->Set(); });
  EXPECT_THAT(*a.Get(), IsOk());
  UntilCalls(2);
  OnLoop(loop, [&] {
    hosts.status = 403;
    hosts.gates[1]->Set();
  });
  EXPECT_EQ(b.Get()->status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(c.Get()->status().code(), StatusCode::kPermissionDenied);
}

TEST_F(BatchesTest, WhoeverLeavesBeforeTheDepartureIsNotMissed) {
  Running<Answer> a = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> leaver = Find(second, {"b"});
  Running<Answer> stayer = Find(third, {"c"});
  leaver.Cancel();
  Open(0);
  EXPECT_THAT(*a.Get(), IsOk());
  UntilCalls(2);
  Open(1);
  EXPECT_THAT(*stayer.Get(), IsOk());
}

TEST_F(BatchesTest, ABatchThatAllHaveLeftIsNotSent) {
  Running<Answer> a = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> leaver = Find(second, {"b"});
  leaver.Cancel();
  EXPECT_FALSE(leaver.Get().has_value());
  Open(0);
  EXPECT_THAT(*a.Get(), IsOk());
  Running<Answer> later = Find(third, {"c"});
  UntilCalls(2);
  Open(1);
  EXPECT_THAT(*later.Get(), IsOk());
  EXPECT_THAT(hosts.calls, ElementsAre(ElementsAre("a"), ElementsAre("c")));
}

TEST_F(BatchesTest, WhoeverComesAfterAllHaveLeftBeginsABatchOfTheirOwn) {
  Running<Answer> slow = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> leaver = Find(second, {"b"});
  leaver.Cancel();
  EXPECT_FALSE(leaver.Get().has_value());
  timer.Advance(milliseconds(500));
  Running<Answer> later = Find(third, {"c"});
  Settle();
  timer.Advance(milliseconds(500));
  UntilCalls(2);
  Open(1);
  EXPECT_THAT(*later.Get(), IsOk());
  EXPECT_EQ(third.upstream_calls, 1);
  Open(0);
  EXPECT_THAT(*slow.Get(), IsOk());
  EXPECT_THAT(hosts.calls, ElementsAre(ElementsAre("a"), ElementsAre("c")));
}

TEST_F(BatchesTest, ABatchDoesNotQueueBehindItsCallersOtherCalls) {
  Reading flood(In(seconds(30)));
  flood.caller = "said:flood";
  std::deque<Running<Answer>> large;
  for (int call = 0; call < 6; ++call) {
    std::vector<std::string> many;
    for (int i = 0; i < 101; ++i) many.push_back(Cat("id-", call, "-", i));
    large.push_back(Find(flood, many));
  }
  UntilCalls(2);
  Running<Answer> small = Find(flood, {"a"});
  Settle();
  Open(0);
  Open(1);
  UntilCalls(4);
  OnLoop(loop, [&] {
    EXPECT_THAT(std::vector(hosts.calls.begin() + 2, hosts.calls.end()),
                ::testing::Contains(ElementsAre("a")))
        << "the lane has a turn beside its caller's";
    hosts.open = true;
    for (const auto& gate : hosts.gates) gate->Set();
  });
  EXPECT_THAT(*small.Get(), IsOk());
  for (Running<Answer>& one : large) EXPECT_THAT(*one.Get(), IsOk());
}

TEST_F(BatchesTest, ManyIdsGoAlone) {
  std::vector<std::string> many;
  for (int i = 0; i < 101; ++i) many.push_back(Cat("id-", i));
  Running<Answer> a = Find(first, {"a"});
  UntilCalls(1);
  Running<Answer> b = Find(second, many);
  UntilCalls(2);
  Open(1);
  EXPECT_EQ((**b.Get())->places.size(), 101U);
  Open(0);
  EXPECT_THAT(*a.Get(), IsOk());
}

// Whatever the interleaving of callers, landings and leavers: each gets exactly its own answer.
TEST_F(BatchesTest, EachCallerGetsItsOwnAnswerWhateverTheInterleaving) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::deque<Reading> readings;
    std::deque<std::pair<std::string, Running<Answer>>> waiting;
    size_t landed = 0;
    OnLoop(loop, [&] {
      hosts.calls.clear();
      hosts.gates.clear();
    });
    for (int step = 0; step < 200; ++step) {
      if (random() % 3 != 0) {
        const std::string id = Cat(random() % 4 == 0 ? "no-" : "id-", random() % 50);
        waiting.emplace_back(id, Find(readings.emplace_back(In(seconds(30))), {id}));
      } else {
        OnLoop(loop, [&] {
          if (landed < hosts.gates.size()) hosts.gates[landed++]->Set();
        });
      }
    }
    OnLoop(loop, [&] {
      hosts.open = true;
      for (const auto& gate : hosts.gates) gate->Set();
    });
    for (auto& [id, task] : waiting) {
      const std::optional<Answer> answer = task.Get();
      ASSERT_THAT(*answer, IsOk());
      const Found& found = ***answer;
      EXPECT_EQ(found.places.contains(id), id.starts_with("id-")) << id;
      EXPECT_EQ(found.errors.contains(id), id.starts_with("no-")) << id;
    }
    OnLoop(loop, [&] { hosts.open = false; });
  }
  EXPECT_GT(batches.joined(), 0);
}

}  // namespace
}  // namespace falcon::testing

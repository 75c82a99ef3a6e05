// IncidentJoin: deadlines, fair shares and cached responses of the look-up of alerts.
#include <gmock/gmock.h>

#include <deque>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "rpc/services/incidents.h"
#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::rpc {
namespace {

using testing::IsOk;
using testing::Response;
using testing::Running;

constexpr std::string_view kNone = R"({"meta":{},"errors":[],"resources":[]})";
constexpr std::string_view kAlert =
    R"({"meta":{},"errors":[],"resources":[{"composite_id":"a-0","tactic":"Execution"}]})";

// A call that shows one incident, whose alerts are `name`-0, `name`-1 and so on.
struct Rpc {
  Rpc(Deadline deadline, std::string_view name, int alerts)
      : call(deadline, upstream::Priority::kInteractive) {
    auto& records = *incidents.Add()->mutable_evidence()->mutable_alerts();
    for (int i = 0; i < alerts; ++i) {
      records.add_records()->mutable_selector()->set_id(StrCat(name, "-", i));
    }
    call.options.client_id = StrCat("metadata:", name);
  }
  const v1::IncidentDerived& derived() const { return incidents.at(0).derived(); }

  RpcContext call;
  google::protobuf::RepeatedPtrField<v1::Incident> incidents;
};

class IncidentJoinTest : public upstream::UpstreamTest {
 protected:
  Task<absl::Status> Fill(Rpc& rpc) { return join.Fill(rpc.call, view, rpc.incidents); }

  // Until the gate opens, nobody has a place.
  void FillAllPlaces() {
    for (upstream::TestCall& reading : holding) {
      transport.AnswerAfter("devices", Response(200, upstream::kOneId), gate);
      holders.emplace_back(
          loop, upstream::Ask(chain.retrying, upstream::operation::kQueryDevices, reading));
    }
    Until([this] { return transport.requests().size() == holding.size(); });
  }
  void OpenGate() {
    testing::OnLoop(loop, [this] { gate->Set(); });
    for (auto& holder : holders) EXPECT_TRUE(holder.Get().has_value());
  }
  void ExpectWithoutAlerts(const Rpc& rpc) {
    EXPECT_EQ(rpc.derived().joined_alert_count(), 0);
    ASSERT_EQ(rpc.call.stats.errors.size(), 1U);
    EXPECT_THAT(rpc.call.stats.errors[0].message,
                ::testing::HasSubstr("`derived` lacks the alerts"));
  }

  const IncidentView view{v1::GetIncidentRequest()};
  const upstream::PageTokens tokens{Secret(std::string(32, 'k')), "tenant"};
  testing::UpstreamChain keeping = Chain(transport, {.cache_bytes = size_t{1} << 20});
  const ServiceDeps deps{keeping.cached, tokens, clock, timer};
  const IncidentJoin join{deps};
  const std::shared_ptr<runtime::OneShotEvent> gate =
      std::make_shared<runtime::OneShotEvent>(loop.executor());
  std::deque<upstream::TestCall> holding{upstream::TestCall(In(seconds(600))),
                                         upstream::TestCall(In(seconds(600)))};
  std::deque<Running<upstream::Answer>> holders;
};

TEST_F(IncidentJoinTest, GivesUpQueuedAlertsAfterHalfOfTheDeadline) {
  FillAllPlaces();
  Rpc rpc(In(seconds(20)), "a", 1);
  Running<absl::Status> filled(loop, Fill(rpc));
  Until([this] { return admission.stats().waiting == 1; });
  timer.Advance(seconds(10));
  EXPECT_EQ(filled.Get(), absl::OkStatus());
  ExpectWithoutAlerts(rpc);
  EXPECT_EQ(rpc.derived().alert_count(), 1);
  Until([this] { return admission.stats().waiting == 0; });
  OpenGate();
}

TEST_F(IncidentJoinTest, GivesUpAlertsAfterThirtySeconds) {
  transport.AnswerAfter("alerts", Response(200, kNone), gate);
  Rpc rpc(In(seconds(300)), "a", 101);
  Running<absl::Status> filled(loop, Fill(rpc));
  Until([this] { return transport.requests().size() == 1; });
  timer.Advance(seconds(30));
  EXPECT_EQ(filled.Get(), absl::OkStatus());
  ExpectWithoutAlerts(rpc);
  EXPECT_EQ(rpc.call.stats.upstream_calls, 1);
}

TEST_F(IncidentJoinTest, KeepsOwnDeadlineInASharedBatch) {
  for (int i = 0; i < 2; ++i) transport.AnswerAfter("alerts", Response(200, kAlert), gate);
  Rpc first(In(seconds(600)), "first", 1);
  Running<absl::Status> on_its_way(loop, Fill(first));
  Until([this] { return transport.requests().size() == 1; });
  Rpc hasty(In(seconds(20)), "a", 1);
  Running<absl::Status> hastily(loop, Fill(hasty));
  Rpc patient(In(seconds(60)), "a", 1);
  Running<absl::Status> patiently(loop, Fill(patient));
  Until([this] { return keeping.batcher.batched() == 1; });
  timer.Advance(milliseconds(500));
  Until([this] { return transport.requests().size() == 2; });
  timer.Advance(milliseconds(9500));
  EXPECT_EQ(hastily.Get(), absl::OkStatus());
  ExpectWithoutAlerts(hasty);
  OpenGate();
  EXPECT_EQ(patiently.Get(), absl::OkStatus());
  EXPECT_EQ(patient.derived().joined_alert_count(), 1);
  EXPECT_EQ(on_its_way.Get(), absl::OkStatus());
}

TEST_F(IncidentJoinTest, EndsAtOnceWhenCancelled) {
  FillAllPlaces();
  Rpc rpc(In(seconds(20)), "a", 1);
  Running<absl::Status> filled(loop, Fill(rpc));
  Until([this] { return admission.stats().waiting == 1; });
  filled.Cancel();
  EXPECT_EQ(filled.Get(), std::nullopt);
  OpenGate();
}

TEST_F(IncidentJoinTest, SharesPermitsFairlyAmongCallers) {
  transport.Answer("alerts", Response(200, kNone), 3);
  FillAllPlaces();
  Rpc greedy(In(seconds(60)), "greedy", 101);
  Rpc greedier(In(seconds(60)), "greedy", 101);
  Rpc modest(In(seconds(60)), "modest", 101);
  std::deque<Running<absl::Status>> all;
  for (Rpc* rpc : {&greedy, &greedier, &modest}) {
    all.emplace_back(loop, Fill(*rpc));
    Until([&] { return admission.stats().waiting == all.size(); });
  }
  OpenGate();
  for (auto& filled : all) EXPECT_EQ(filled.Get(), absl::OkStatus());
  std::vector<bool> modests;
  for (const http::HttpRequest& request : transport.requests()) {
    if (request.url.find("alerts") == std::string::npos) continue;
    modests.push_back(request.body.find("modest-0") != std::string::npos);
  }
  EXPECT_THAT(modests, ::testing::ElementsAre(false, true, false));
}

TEST_F(IncidentJoinTest, UsesCachedAlertsWithinStalenessAndReportsTheirAge) {
  transport.Answer("alerts", Response(200, kAlert), 2);
  Rpc first(In(seconds(20)), "a", 1);
  first.call.options.max_staleness = seconds(10);
  EXPECT_THAT(testing::Await(loop, Fill(first)), IsOk());
  EXPECT_EQ(first.call.stats.age, seconds(0));
  clock.Advance(seconds(10));
  Rpc second(In(seconds(20)), "a", 1);
  second.call.options.max_staleness = seconds(10);
  EXPECT_THAT(testing::Await(loop, Fill(second)), IsOk());
  EXPECT_EQ(transport.requests().size(), 1U);
  EXPECT_EQ(second.derived().joined_alert_count(), 1);
  EXPECT_EQ(second.call.stats.age, seconds(10));
  EXPECT_EQ(second.call.stats.upstream_calls, 0);
  Rpc live(In(seconds(20)), "a", 1);
  live.call.options.max_staleness = seconds(0);
  EXPECT_THAT(testing::Await(loop, Fill(live)), IsOk());
  EXPECT_EQ(transport.requests().size(), 2U);
}

TEST_F(IncidentJoinTest, ReportsNoAgeOfUnusedCachedAlerts) {
  transport.Answer("alerts", Response(200, kAlert));
  transport.Answer("alerts", Response(403, R"({"errors":[{"code":403,"message":"no"}]})"));
  Rpc first(In(seconds(20)), "a", 1);
  first.call.options.max_staleness = seconds(10);
  EXPECT_THAT(testing::Await(loop, Fill(first)), IsOk());
  clock.Advance(seconds(5));
  Rpc second(In(seconds(20)), "a", 2);
  second.call.options.max_staleness = seconds(10);
  EXPECT_THAT(testing::Await(loop, Fill(second)), IsOk());
  ExpectWithoutAlerts(second);
  EXPECT_EQ(second.call.stats.age, seconds(0));
  EXPECT_EQ(second.call.stats.upstream_calls, 1);
}

}  // namespace
}  // namespace falcon::rpc

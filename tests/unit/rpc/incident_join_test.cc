// IncidentJoin: the look-up of alerts, and what alerts say together about their incident.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <deque>
#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "rpc/services/incidents.h"
#include "tests/unit/upstream/upstream_fixture.h"

namespace falcon::rpc {
namespace {

using google::protobuf::TextFormat;
using ::testing::ElementsAre;
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

v1::Detection Alert(const std::string& text) {
  v1::Detection alert;
  EXPECT_TRUE(TextFormat::ParseFromString(text, &alert)) << text;
  return alert;
}

v1::IncidentDerived Derived(const std::vector<v1::Detection>& alerts) {
  std::vector<const v1::Detection*> all;
  for (const v1::Detection& alert : alerts) all.push_back(&alert);
  v1::IncidentDerived derived;
  Derive(std::move(all), derived);
  return derived;
}

TEST(Derive, MergesTacticsInOrderOfAlerts) {
  const v1::IncidentDerived derived = Derived(
      {Alert("timestamp { seconds: 7200 } tactic: 'Impact' tactic_id: 'TA0040' objective: 'B'"),
       Alert("timestamp { seconds: 3600 } tactic: 'Execution' tactic_id: 'TA0002' objective: 'A' "
             "mitre_attack { tactic: 'Persistence' tactic_id: 'TA0003' technique: 'Run Keys' "
             "technique_id: 'T1547.001' }"),
       Alert("timestamp { seconds: 9000 } tactic: 'Execution' tactic_id: 'TA0002'")});
  EXPECT_THAT(derived.tactics(), ElementsAre("Execution", "Persistence", "Impact"));
  EXPECT_THAT(derived.tactic_ids(), ElementsAre("TA0002", "TA0003", "TA0040"));
  EXPECT_THAT(derived.technique_ids(), ElementsAre("T1547.001"));
  EXPECT_THAT(derived.objectives(), ElementsAre("A", "B"));
  EXPECT_EQ(derived.first_alert_time().seconds(), 3600);
  EXPECT_EQ(derived.last_alert_time().seconds(), 9000);
  EXPECT_EQ(derived.joined_alert_count(), 3);
}

TEST(Derive, IdentifiesHostsByIdOrElseByName) {
  const v1::IncidentDerived derived = Derived(
      {Alert("source_hosts: 'DC-01'"),
       Alert("device { device_id: 'a1' hostname: 'DC-01' } user_name: 'svc-backup'"),
       Alert("source_endpoint_sensor_id: 'a1' source_endpoint_host_name: 'DC-01'"),
       Alert("device { device_id: 'b2' hostname: 'DC-01' } users { user_name: 'svc-backup' }"),
       Alert("host_names: ['SRV-1', ''] source_account_name: 'admin'")});
  ASSERT_EQ(derived.hosts_size(), 3) << derived.ShortDebugString();
  EXPECT_EQ(derived.hosts(0).device_id(), "a1");
  EXPECT_EQ(derived.hosts(1).device_id(), "b2");
  EXPECT_EQ(derived.hosts(2).hostname(), "SRV-1");
  EXPECT_THAT(derived.users(), ElementsAre("svc-backup", "admin"));
}

TEST(Derive, CompletesHostsFromLaterAlerts) {
  const v1::IncidentDerived derived =
      Derived({Alert("device { device_id: 'a1' }"), Alert("host_names: ['DC-01', 'SRV-1']"),
               Alert("device { device_id: 'b2' hostname: 'SRV-1' }"),
               Alert("device { device_id: 'a1' hostname: 'WS-7' }"), Alert("host_names: 'WS-7'"),
               Alert("device { device_id: 'c3' hostname: 'SRV-1' }")});
  ASSERT_EQ(derived.hosts_size(), 4) << derived.ShortDebugString();
  EXPECT_EQ(derived.hosts(0).hostname(), "WS-7");
  EXPECT_EQ(derived.hosts(1).device_id(), "");
  EXPECT_EQ(derived.hosts(2).device_id(), "b2");
  EXPECT_EQ(derived.hosts(3).device_id(), "c3");
}

TEST(Derive, CountsByHourUpToThreeDaysAndThenByDay) {
  const v1::IncidentDerived hours =
      Derived({Alert("timestamp { seconds: 3599 }"), Alert("timestamp { seconds: 10 }"),
               Alert("timestamp { seconds: 259199 }"), Alert("severity_score: 70")});
  EXPECT_EQ(hours.events_interval(), v1::AGGREGATION_INTERVAL_HOUR);
  ASSERT_EQ(hours.events_histogram_size(), 2);
  EXPECT_EQ(hours.events_histogram(0).count(), 2);
  EXPECT_EQ(hours.events_histogram(1).timestamp_min().seconds(), 255600);
  EXPECT_EQ(hours.events_histogram(1).timestamp_max().seconds(), 259200);
  EXPECT_EQ(hours.max_alert_severity(), 70);

  const v1::IncidentDerived days =
      Derived({Alert("timestamp { seconds: 10 }"), Alert("created_timestamp { seconds: 864000 }")});
  EXPECT_EQ(days.events_interval(), v1::AGGREGATION_INTERVAL_DAY);
  EXPECT_EQ(days.events_histogram(1).timestamp_max().seconds(), 950400);
}

TEST(Derive, IsEmptyWithoutAlerts) {
  const v1::IncidentDerived derived = Derived({});
  EXPECT_EQ(derived.ByteSizeLong(), 0U) << derived.ShortDebugString();
}

TEST(Derive, StateFollowsStatus) {
  EXPECT_EQ(StateOf(v1::INCIDENT_STATUS_REOPENED), v1::INCIDENT_STATE_OPEN);
  EXPECT_EQ(StateOf(v1::INCIDENT_STATUS_CLOSED), v1::INCIDENT_STATE_CLOSED);
  EXPECT_EQ(StateOf(v1::INCIDENT_STATUS_UNSPECIFIED), v1::INCIDENT_STATE_UNSPECIFIED);
}

struct Mask {
  std::vector<std::string> paths;
  bool derived;
  bool from_alerts;
  std::vector<std::string> sources;
};

TEST(IncidentView, NeedsAlertsOnlyForFieldsMadeOfThem) {
  const std::string ids = "evidence.alerts.records.selector.id";
  for (const Mask& want : std::vector<Mask>{
           {{"name"}, false, false, {}},
           {{"name", "derived.state"}, true, false, {"status"}},
           {{"derived.alert_count"}, true, false, {"status", ids}},
           {{"derived.tactics"}, true, true, {"status", ids}},
           {{"derived"}, true, true, {"status", ids}},
           {{"derived.nonsense"}, false, false, {}},
       }) {
    v1::ListIncidentsRequest request;
    google::protobuf::FieldMask& mask = *request.mutable_read_mask();
    for (const std::string& path : want.paths) mask.add_paths(path);
    const IncidentView view(request);
    EXPECT_EQ(view.derived(), want.derived) << mask.ShortDebugString();
    EXPECT_EQ(view.from_alerts(), want.from_alerts) << mask.ShortDebugString();
    std::vector<std::string> all = want.paths;
    all.insert(all.end(), want.sources.begin(), want.sources.end());
    view.AddSources(mask);
    EXPECT_EQ(std::vector<std::string>(mask.paths().begin(), mask.paths().end()), all);
  }
  const v1::ListIncidentsRequest list;
  EXPECT_TRUE(IncidentView(list).derived()) << "the brief view tells the state";
  EXPECT_FALSE(IncidentView(list).from_alerts());
  EXPECT_TRUE(IncidentView(v1::GetIncidentRequest()).from_alerts()) << "everything";
}

TEST(IncidentView, ClearsSourcesThatWereNotSelected) {
  v1::ListIncidentsRequest request;
  request.mutable_read_mask()->add_paths("evidence.alerts.records.id");
  request.mutable_read_mask()->add_paths("derived.tactics");
  const IncidentView view(request);
  v1::Incident incident;
  ASSERT_TRUE(TextFormat::ParseFromString(
      "status: INCIDENT_STATUS_NEW "
      "evidence { alerts { records { id: 'e1' selector { id: 'a' } } } } "
      "derived { state: INCIDENT_STATE_OPEN tactics: 'Impact' users: 'u' alert_count: 1 }",
      &incident));
  view.Keep(incident);
  v1::Incident kept;
  ASSERT_TRUE(TextFormat::ParseFromString(
      "evidence { alerts { records { id: 'e1' } } } derived { tactics: 'Impact' }", &kept));
  EXPECT_EQ(incident.ShortDebugString(), kept.ShortDebugString());
}

}  // namespace
}  // namespace falcon::rpc

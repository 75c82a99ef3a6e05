// Runs a case of the fault matrix.
#include "tests/e2e/fault_case.h"

namespace falcon::e2e {
namespace {

// Every token of the simulator begins so.
constexpr char kTokenStart[] = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";

template <class Request>
Observed Observe(World& world, const Request& request, milliseconds deadline) {
  const auto answer = Ask(world, request, deadline);
  int records = 0;
  if constexpr (requires { answer->detections_size(); }) records = answer->detections_size();
  if constexpr (requires { answer->hosts_size(); }) records = answer->hosts_size();
  return {answer.status, answer->read_info(), records, answer.trailers};
}

template <class Request>
Observed SecondPage(World& world, Request request, milliseconds deadline) {
  const auto first = Ask(world, request);
  EXPECT_THAT(first, IsOk());
  world.Control("POST", "/__simulator/expire_cursors");
  world.ResetLedger();
  request.set_page_token(first->next_page_token());
  return Observe(world, request, deadline);
}

}  // namespace

Observed ListDetections(World& world, milliseconds deadline) {
  return Observe(world, Make<v1::ListDetectionsRequest>("page_size: 5"), deadline);
}

Observed ListNoDetections(World& world, milliseconds deadline) {
  return Observe(world, Make<v1::ListDetectionsRequest>("filter { hostname: 'no-such-host' }"),
                 deadline);
}

Observed ListHosts(World& world, milliseconds deadline) {
  return Observe(world, Make<v1::ListHostsRequest>("page_size: 5"), deadline);
}

Observed GetUnknownDetection(World& world, milliseconds deadline) {
  v1::GetDetectionRequest request;
  request.set_composite_id(std::string(32, '0') + ":ind:" + std::string(32, '1') + ":1-2-3");
  return Observe(world, request, deadline);
}

Observed GetUnknownHost(World& world, milliseconds deadline) {
  v1::GetHostRequest request;
  request.set_device_id("0123456789abcdef0123456789abcdef");
  return Observe(world, request, deadline);
}

Observed BatchGetDetections(World& world, milliseconds deadline) {
  v1::BatchGetDetectionsRequest request;
  const auto page = Ask(world, Make<v1::ListDetectionsRequest>("page_size: 3"));
  for (const auto& one : page->detections()) request.add_composite_ids(one.composite_id());
  world.ResetLedger();
  const auto answer = Ask(world, request, deadline);
  EXPECT_EQ(answer->detections_size() + answer->missing_size(), 3);
  return {answer.status, answer->read_info(), answer->detections_size(), answer.trailers};
}

Observed SecondPageOfDetections(World& world, milliseconds deadline) {
  return SecondPage(world, Make<v1::ListDetectionsRequest>("page_size: 5"), deadline);
}

Observed SecondPageOfHostsByLastSeen(World& world, milliseconds deadline) {
  return SecondPage(world, Make<v1::ListHostsRequest>("page_size: 5 order_by: 'last_seen desc'"),
                    deadline);
}

Observed SecondPageOfHostsByFirstSeen(World& world, milliseconds deadline) {
  return SecondPage(world, Make<v1::ListHostsRequest>("page_size: 5 order_by: 'first_seen'"),
                    deadline);
}

Observed ExportAll(World& world, milliseconds /*deadline*/) {
  const Exported all = Export(world, Make<v1::ExportDetectionsRequest>("batch_size: 50"));
  return {all.status, {}, all.count(), {}};
}

Json Always(const std::string& kind, Json more) {
  more["times"] = 0;
  return Rule(kind, more);
}

Json Token(const std::string& kind, Json more) {
  more["path"] = "/oauth2/token";
  return Rule(kind, more);
}

Json TokenAlways(const std::string& kind, Json more) {
  more["times"] = 0;
  return Token(kind, std::move(more));
}

void FaultCase::Run(World& world) const {
  world.ClearFaults();
  if (warm_) ASSERT_THAT(ListHosts(world, kGenerous), IsOk());
  world.ResetLedger();
  for (const Json& fault : faults_) world.Fault(fault);

  const Observed observed = action_(world, deadline_);

  EXPECT_THAT(observed, StatusIs(code_));
  if (reason_ != kAnyReason) {
    EXPECT_THAT(observed, HasReason(reason_));
    const std::string domain = Details(observed.status).info.domain();
    EXPECT_EQ(domain, observed.status.ok() ? "" : "falcon-gateway");
  }
  if (calls_ != kAny) EXPECT_EQ(world.Calls(), calls_) << world.Ledger().at("counts");
  if (tokens_ != kAny) EXPECT_EQ(world.Logins(), tokens_);
  ExpectNoSecret(observed.status.error_message() + observed.status.error_details());
  if (check_) check_(world, observed);
  world.ClearFaults();
  if (!recovers_) return;
  // At once, or after the pause that the gateway itself keeps (a failed token request, a cooldown).
  WaitUntil([&] { return action_(world, kGenerous).status.ok(); });
}

std::ostream& operator<<(std::ostream& out, const FaultCase& fault) { return out << fault.name(); }

std::string NameOf(const testing::TestParamInfo<FaultCase>& fault) { return fault.param.name(); }

void ExpectNoSecret(const std::string& text) {
  EXPECT_EQ(text.find(kClientSecret), std::string::npos) << text;
  EXPECT_EQ(text.find(kTokenStart), std::string::npos) << text;
}

}  // namespace falcon::e2e

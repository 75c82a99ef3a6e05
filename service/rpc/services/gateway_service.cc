// GatewayService: the gateway's own state, and what its credentials may read.
#include <google/protobuf/stubs/common.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/services.h"
#include "upstream/call/rate_budget.h"
#include "upstream/operation/operation_table.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

// The cheapest read behind each scope.
struct Area {
  std::string_view name;
  const upstream::Operation* probe;
  std::string_view filter = {};  // where Falcon requires one
  std::string_view id = {};      // where it answers by id only
};
constexpr auto kAreas = std::to_array<Area>({
    {"detections", &upstream::operation::kGetQueriesAlerts},
    {"hosts", &upstream::operation::kQueryDevices},
    {"iocs", &upstream::operation::kCombinedIocs},
    {"processes",
     &upstream::operation::kGetProcesses,
     {},
     "pid:00000000000000000000000000000000:1"},
    {"intel_indicators", &upstream::operation::Named("QueryIntelIndicatorEntities")},
    {"vulnerabilities", &upstream::operation::kCombinedVulnerabilities,
     "created_timestamp:>='1970-01-01T00:00:00Z'"},
    {"incidents", &upstream::operation::kQueryCases},
    {"case_templates", &upstream::operation::kGetSlas, {}, "00000000000000000000000000000000"},
    {"rtr_sessions", &upstream::operation::kQueryRtrSessions},
    {"rtr_audit", &upstream::operation::kAuditRtrSessions},
    {"discover", &upstream::operation::kQueryAccounts},
});

void Judge(const absl::Status& status, v1::AreaAccess& area) {
  // Where a probe names a record, NOT_FOUND shows access too.
  if (status.ok() || status.code() == absl::StatusCode::kNotFound) {
    area.set_verdict(v1::ACCESS_VERDICT_GRANTED);
    return;
  }
  area.set_verdict(status.code() == absl::StatusCode::kPermissionDenied
                       ? v1::ACCESS_VERDICT_DENIED
                       : v1::ACCESS_VERDICT_UNDETERMINED);
  area.set_message(EscapeUnsafe(MessageWithUpstreamText(status), 512));
}

void Fill(const auth::TokenStatus& from, v1::TokenStatus& to) {
  to.set_valid(from.valid);
  if (from.age.has_value()) {
    *to.mutable_age() = TimeUtil::MillisecondsToDuration(from.age->count());
  }
  if (from.expires_in.has_value()) {
    *to.mutable_expires_in() = TimeUtil::MillisecondsToDuration(from.expires_in->count());
  }
  to.set_consecutive_failures(from.consecutive_failures);
  to.set_last_error(EscapeUnsafe(from.last_error, 512));
}

void Fill(const upstream::RateBudget& from, v1::RateBudgetStatus& to) {
  if (from.limit().has_value()) to.set_limit(*from.limit());
  if (from.remaining().has_value()) to.set_remaining(*from.remaining());
  *to.mutable_cooldown() = TimeUtil::MillisecondsToDuration(from.cooldown().count());
}

void Fill(const reputation::Client& from, v1::ReputationStatus& to) {
  const reputation::QuotaState quota = from.quota();
  to.set_configured(from.configured());
  to.set_per_minute(quota.limits.per_minute);
  to.set_minute_remaining(quota.minute_left);
  to.set_per_day(quota.limits.per_day);
  to.set_day_remaining(quota.day_left);
  *to.mutable_cooldown() = TimeUtil::MillisecondsToDuration(quota.cooldown.count());
  to.set_calls(from.calls());
}

void Fill(const upstream::RemoteCacheStats& from, v1::SharedCacheStatus& to) {
  to.set_connected(from.connected);
  to.set_hits(from.hits);
  to.set_misses(from.misses);
  to.set_refused(from.refused);
  to.set_faults(from.faults);
}

int64_t ShedBy(const upstream::AdmissionQueueStats& queue) {
  return queue.shed_all_callers + queue.shed_this_caller + queue.shed_time + queue.shed_by_deadline;
}

// The state of each area, and sums over all areas.
void Fill(const upstream::Bulkheads& bulkheads, const Clock& clock, v1::UpstreamStatus& to) {
  milliseconds open_for{0};
  for (const auto& [area, bulkhead] : bulkheads.all()) {
    const upstream::CircuitBreakerStats circuit = bulkhead->breaker.stats();
    const upstream::AdmissionQueueStats queue = bulkhead->admission.stats();
    if (circuit.next_probe) {
      open_for = std::max(open_for, Deadline(*circuit.next_probe).Left(clock));
    }
    to.set_breaker_opened(to.breaker_opened() + circuit.opened);
    to.set_breaker_refused(to.breaker_refused() + circuit.rejected);
    to.set_retries_refused(to.retries_refused() + bulkhead->retries.stats().refused);
    to.set_waiting(to.waiting() + static_cast<int32_t>(queue.waiting));
    to.set_waited(to.waited() + queue.waited);
    to.set_shed(to.shed() + ShedBy(queue));
    v1::UpstreamAreaStatus& status = *to.add_areas();
    status.set_name(std::string(area));
    status.set_circuit_open(circuit.state == upstream::CircuitState::kOpen);
    status.set_circuit_opened(circuit.opened);
    status.set_rejected(circuit.rejected);
    status.set_in_flight(static_cast<int32_t>(queue.in_flight));
    status.set_waiting(static_cast<int32_t>(queue.waiting));
  }
  *to.mutable_breaker_open_for() = TimeUtil::MillisecondsToDuration(open_for.count());
}

void Fill(const upstream::UpstreamLayers& layers, const Clock& clock, v1::UpstreamStatus& to) {
  const upstream::AdmissionQueueStats queue = layers.guard.admission().stats();
  const upstream::RateStats budget = layers.guard.budget().stats();
  to.set_in_flight(static_cast<int32_t>(queue.in_flight));
  to.set_waiting(static_cast<int32_t>(queue.waiting));
  to.set_retried(layers.retrying.stats().retries);
  to.set_joined(layers.coalescer.coalesced());
  to.set_batched(layers.batcher.batched());
  to.set_cached(layers.cache.hits());
  to.set_cache_bytes(static_cast<int64_t>(layers.cache.bytes()));
  if (layers.remote != nullptr) Fill(layers.remote->stats(), *to.mutable_shared_cache());
  to.set_waited(queue.waited);
  to.set_shed(ShedBy(queue) + budget.refused);
  to.set_paced(budget.paced);
  to.set_cooldowns(budget.cooldowns);
  Fill(layers.guard.bulkheads(), clock, to);
}

class GatewayService final : public v1::GatewayService::CallbackService {
 public:
  GatewayService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : environment_(environment), deps_(deps), start_(environment.clock.WallNow()) {}

  Unary* GetStatus(Context* context, const v1::GetStatusRequest* request,
                   v1::GetStatusResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&GatewayService::Status, this), LoadShedding::kExempt);
  }
  Unary* CheckAccess(Context* context, const v1::CheckAccessRequest* request,
                     v1::CheckAccessResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&GatewayService::Access, this));
  }

 private:
  Task<absl::Status> Status(RpcContext&, const v1::GetStatusRequest&,
                            v1::GetStatusResponse& response) const {
    const auth::TokenStatus token = deps_.access_tokens->status();
    response.set_region(token.region);
    response.set_base_url(token.base_url);
    Fill(token, *response.mutable_token());
    Fill(deps_.layers->guard.budget(), *response.mutable_rate_budget());
    Fill(*deps_.virustotal, *response.mutable_reputation());
    Fill(*deps_.layers, environment_.clock, *response.mutable_upstream());
    if (environment_.memory != nullptr) {
      response.mutable_upstream()->set_refused_for_memory(environment_.memory->refused());
    }
    response.set_version(FALCON_GATEWAY_VERSION);
    auto& libraries = *response.mutable_libraries();
    libraries["grpc"] = grpc::Version();
    libraries["protobuf"] = google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION);
    for (const auto& [name, version] : deps_.libraries) libraries[name] = version;
    *response.mutable_start_time() =
        TimeUtil::TimeTToTimestamp(std::chrono::system_clock::to_time_t(start_));
    response.set_upstream_calls(deps_.layers->guard.calls() + token.token_requests);
    co_return absl::OkStatus();
  }

  Task<absl::Status> Access(RpcContext& context, const v1::CheckAccessRequest&,
                            v1::CheckAccessResponse& response) const {
    for (const Area& area : kAreas) {
      upstream::UpstreamRequest probe(*area.probe);
      if (area.id.empty()) {
        probe.query.emplace_back("limit", "1");
      } else {
        probe.query.emplace_back(area.probe->ids_key, area.id);
      }
      if (!area.filter.empty()) probe.query.emplace_back("filter", area.filter);
      const absl::StatusOr<json::Document> answer = co_await deps_.Call(std::move(probe), context);
      v1::AreaAccess& access = *response.add_areas();
      access.set_area(std::string(area.name));
      access.set_scope(std::string(area.probe->scope));
      Judge(answer.status(), access);
    }
    co_return absl::OkStatus();
  }

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const WallTime start_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewGatewayService(const RpcEnvironment& environment,
                                                 const ServiceDeps& deps) {
  return std::make_unique<GatewayService>(environment, deps);
}

}  // namespace falcon::rpc

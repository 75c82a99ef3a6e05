// The demand of each caller, now and recently.
#include "upstream/call/fair_share.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace falcon::upstream {
namespace {

constexpr double kMinDemand = 0.05;

}  // namespace

void FairShare::UpdateDemand(Flow& flow, SteadyTime now) const {
  const std::chrono::duration<double, std::milli> past = now - flow.at;
  const double weight = std::exp(-past / span_);
  // A caller that wants more than all permits must be evicted no later than others.
  const auto demand = static_cast<double>(std::min(flow.Demand(), permits_));
  flow.ewma_demand = flow.ewma_demand * weight + demand * (1 - weight);
  flow.at = now;
}

FairShare::Flow& FairShare::FlowOf(const std::string& caller, SteadyTime now) {
  const auto [entry, is_new] = flows_.try_emplace(caller);
  if (is_new) entry->second.at = now;
  UpdateDemand(entry->second, now);
  return entry->second;
}

void FairShare::OnQueued(const std::string& caller, SteadyTime now) {
  Flow& flow = FlowOf(caller, now);
  if (flow.Demand() == 0) ++active_flows_;
  ++flow.waiting;
}

void FairShare::OnAdmitted(const std::string& caller, SteadyTime now) {
  Flow& flow = FlowOf(caller, now);
  --flow.waiting;
  ++flow.in_flight;
}

void FairShare::OnAbandoned(const std::string& caller, SteadyTime now) {
  --FlowOf(caller, now).waiting;
  OnCallEnded(caller, now);
}

void FairShare::OnReleased(const std::string& caller, SteadyTime now) {
  --FlowOf(caller, now).in_flight;
  OnCallEnded(caller, now);
}

void FairShare::OnCallEnded(const std::string& caller, SteadyTime now) {
  const auto entry = flows_.find(caller);
  if (entry->second.Demand() > 0) return;
  --active_flows_;
  const size_t max_flows = 2 * permits_;
  if (flows_.size() <= max_flows) return;
  // Among so many active callers nothing is reserved for it anyway.
  if (active_flows_ >= permits_) {
    flows_.erase(entry);
    return;
  }
  EvictIdleFlows(now);
  if (flows_.size() > max_flows) flows_.erase(caller);
}

void FairShare::EvictIdleFlows(SteadyTime now) {
  for (auto& [name, flow] : flows_) UpdateDemand(flow, now);
  std::erase_if(flows_, [](const auto& entry) {
    return entry.second.Demand() == 0 && entry.second.ewma_demand < kMinDemand;
  });
}

bool FairShare::CanAdmit(const std::string& caller, size_t free, SteadyTime now) {
  if (active_flows_ > permits_) return true;
  EvictIdleFlows(now);
  size_t permits = free;
  for (const auto& [name, flow] : flows_) permits += flow.in_flight;
  const double share = static_cast<double>(permits) / static_cast<double>(flows_.size());
  if (static_cast<double>(flows_[caller].in_flight) < share) return true;
  double reserved = 0;
  for (const auto& [name, flow] : flows_) {
    const double claim = std::min(share, flow.ewma_demand) - static_cast<double>(flow.in_flight);
    if (name != caller) reserved += std::max(0.0, claim);
  }
  // A reservation of less than one permit counts for nothing.
  return static_cast<double>(free) >= 1 + std::floor(reserved + kMinDemand);
}

}  // namespace falcon::upstream

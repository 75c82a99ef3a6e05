// Who holds, who waits, who was here a moment ago.
#include "run/shares.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace falcon::run {
namespace {

constexpr double kNotWorthKeeping = 0.05;

}  // namespace

void Shares::Settle(Holder& holder, SteadyTime now) const {
  const std::chrono::duration<double, std::milli> past = now - holder.at;
  const double weight = std::exp(-past / span_);
  // Who wants more than there is, and goes, shall be forgotten no later than others.
  const auto demand = static_cast<double>(std::min(holder.Demand(), places_));
  holder.usual = holder.usual * weight + demand * (1 - weight);
  holder.at = now;
}

Shares::Holder& Shares::Of(const std::string& caller, SteadyTime now) {
  const auto [entry, is_new] = holders_.try_emplace(caller);
  if (is_new) entry->second.at = now;
  Settle(entry->second, now);
  return entry->second;
}

void Shares::Comes(const std::string& caller, SteadyTime now) { ++Of(caller, now).waiting; }

void Shares::Enters(const std::string& caller, SteadyTime now) {
  Holder& holder = Of(caller, now);
  --holder.waiting;
  ++holder.in_flight;
}

void Shares::GivesUp(const std::string& caller, SteadyTime now) {
  --Of(caller, now).waiting;
  ForgetIdle(caller);
}

void Shares::Exits(const std::string& caller, SteadyTime now) {
  --Of(caller, now).in_flight;
  ForgetIdle(caller);
}

// Where there are so many, nothing is kept for them anyway.
void Shares::ForgetIdle(const std::string& caller) {
  const auto entry = holders_.find(caller);
  if (holders_.size() > places_ && entry->second.Demand() == 0) holders_.erase(entry);
}

bool Shares::MayTake(const std::string& caller, size_t free, SteadyTime now) {
  if (holders_.size() > places_) return true;
  for (auto& [name, holder] : holders_) Settle(holder, now);
  std::erase_if(holders_, [](const auto& entry) {
    return entry.second.Demand() == 0 && entry.second.usual < kNotWorthKeeping;
  });
  const double share = static_cast<double>(places_) / static_cast<double>(holders_.size());
  if (static_cast<double>(holders_[caller].in_flight) < share) return true;
  double kept = 0;
  for (const auto& [name, holder] : holders_) {
    const double claim = std::min(share, holder.usual) - static_cast<double>(holder.in_flight);
    if (name != caller) kept += std::max(0.0, claim);
  }
  // Less than one place in all is kept for nobody.
  return static_cast<double>(free) >= 1 + std::floor(kept + kNotWorthKeeping);
}

}  // namespace falcon::run

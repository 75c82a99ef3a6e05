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

void Shares::Comes(const std::string& caller, SteadyTime now) {
  Holder& holder = Of(caller, now);
  if (holder.Demand() == 0) ++here_;
  ++holder.waiting;
}

void Shares::Enters(const std::string& caller, SteadyTime now) {
  Holder& holder = Of(caller, now);
  --holder.waiting;
  ++holder.in_flight;
}

void Shares::GivesUp(const std::string& caller, SteadyTime now) {
  --Of(caller, now).waiting;
  Left(caller, now);
}

void Shares::Exits(const std::string& caller, SteadyTime now) {
  --Of(caller, now).in_flight;
  Left(caller, now);
}

void Shares::Left(const std::string& caller, SteadyTime now) {
  const auto entry = holders_.find(caller);
  if (entry->second.Demand() > 0) return;
  --here_;
  const size_t most = 2 * places_;
  if (holders_.size() <= most) return;
  // Among so many nothing is kept for it anyway.
  if (here_ >= places_) {
    holders_.erase(entry);
    return;
  }
  ForgetWhoStaysAway(now);
  if (holders_.size() > most) holders_.erase(caller);
}

void Shares::ForgetWhoStaysAway(SteadyTime now) {
  for (auto& [name, holder] : holders_) Settle(holder, now);
  std::erase_if(holders_, [](const auto& entry) {
    return entry.second.Demand() == 0 && entry.second.usual < kNotWorthKeeping;
  });
}

bool Shares::MayTake(const std::string& caller, size_t free, SteadyTime now) {
  if (here_ > places_) return true;
  ForgetWhoStaysAway(now);
  size_t places = free;
  for (const auto& [name, holder] : holders_) places += holder.in_flight;
  const double share = static_cast<double>(places) / static_cast<double>(holders_.size());
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

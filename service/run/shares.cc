// Who holds, who waits, who was here a moment ago.
#include "run/shares.h"

#include <algorithm>

namespace falcon::run {

void Shares::See(Holder& holder, SteadyTime now) const {
  holder.seen = now;
  if (holder.Demand() < holder.peak && now - holder.peak_at <= linger_) return;
  holder.peak = holder.Demand();
  holder.peak_at = now;
}

void Shares::Comes(const std::string& caller, SteadyTime now) {
  Holder& holder = holders_[caller];
  ++holder.waiting;
  See(holder, now);
}

void Shares::Enters(const std::string& caller) {
  Holder& holder = holders_[caller];
  --holder.waiting;
  ++holder.in_flight;
}

void Shares::GivesUp(const std::string& caller, SteadyTime now) {
  Holder& holder = holders_[caller];
  --holder.waiting;
  See(holder, now);
  ForgetIdle(caller, holder);
}

void Shares::Exits(const std::string& caller, SteadyTime now) {
  Holder& holder = holders_[caller];
  --holder.in_flight;
  See(holder, now);
  ForgetIdle(caller, holder);
}

// Where there are so many, nothing is kept for them anyway.
void Shares::ForgetIdle(const std::string& caller, const Holder& holder) {
  if (holder.Demand() == 0 && holders_.size() > places_) holders_.erase(caller);
}

bool Shares::MayTake(const std::string& caller, size_t free, SteadyTime now) {
  if (holders_.size() > places_) return true;
  std::erase_if(holders_, [&](const auto& entry) {
    return entry.second.Demand() == 0 && now - entry.second.seen > linger_;
  });
  const size_t share = places_ / holders_.size();
  if (holders_[caller].in_flight < share) return true;
  size_t kept = 0;
  for (const auto& [name, holder] : holders_) {
    const size_t claim = std::min(share, holder.peak);
    if (name != caller && claim > holder.in_flight) kept += claim - holder.in_flight;
  }
  return free > kept;
}

}  // namespace falcon::run

// FairShare: how many places each caller holds, and how many are kept free for callers that hold fewer
// than they usually do and will want them again in a moment.
#ifndef FALCON_UPSTREAM_CALL_FAIR_SHARE_H_
#define FALCON_UPSTREAM_CALL_FAIR_SHARE_H_

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace falcon::upstream {

// Not synchronised. A caller's share is an equal part of the places, but for those that others than
// these calls hold, among those who were here of late; where more callers than places are here now,
// nothing is kept for anybody: turns decide. Each operation takes time for three times as many
// callers as there are places at most.
class FairShare {
 public:
  // `span`: what "of late" and "usually" look back on, fading.
  explicit FairShare(size_t permits, milliseconds span = seconds(1))
      : permits_(permits), span_(span) {}

  // A call of `caller` came; it OnAdmitted or OnAbandoned later. What Entered OnReleased.
  void OnQueued(const std::string& caller, SteadyTime now);
  void OnAdmitted(const std::string& caller, SteadyTime now);
  void OnAbandoned(const std::string& caller, SteadyTime now);
  void OnReleased(const std::string& caller, SteadyTime now);

  // Whether `caller`, whose call has come, may have one of `free` places, which is at least one: it
  // holds less than its share, or leaves the others what they usually have of theirs.
  bool CanAdmit(const std::string& caller, size_t free, SteadyTime now);

 private:
  struct Flow {
    size_t Demand() const { return waiting + in_flight; }

    size_t waiting = 0;
    size_t in_flight = 0;
    double ewma_demand = 0;  // the demand of late, as of `at`; at most all places
    SteadyTime at{};
  };

  // `usual` as of now. To be called before the demand changes.
  void UpdateDemand(Flow& flow, SteadyTime now) const;
  Flow& Of(const std::string& caller, SteadyTime now);
  void OnCallEnded(const std::string& caller, SteadyTime now);
  void EvictIdleFlows(SteadyTime now);

  const size_t permits_;
  const milliseconds span_;
  std::unordered_map<std::string, Flow> flows_;
  size_t active_flows_ = 0;  // of them, those with a demand
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_FAIR_SHARE_H_

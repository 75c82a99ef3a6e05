// FairShare: counts the permits of each caller, and reserves permits for callers that hold fewer than
// they usually do and will want them again soon.
#ifndef FALCON_UPSTREAM_CALL_FAIR_SHARE_H_
#define FALCON_UPSTREAM_CALL_FAIR_SHARE_H_

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace falcon::upstream {

// Not synchronised. A caller's share is an equal part of the permits, among all callers that were
// active recently. While more callers than permits are active, nothing is reserved and turns decide.
// Each operation takes time for at most three times as many callers as there are permits.
class FairShare {
 public:
  // `span`: the time constant of the moving average of a caller's demand.
  explicit FairShare(size_t permits, milliseconds span = seconds(1))
      : permits_(permits), span_(span) {}

  // A call of `caller` is queued; then it is admitted or abandoned; an admitted one is released.
  void OnQueued(const std::string& caller, SteadyTime now);
  void OnAdmitted(const std::string& caller, SteadyTime now);
  void OnAbandoned(const std::string& caller, SteadyTime now);
  void OnReleased(const std::string& caller, SteadyTime now);

  // Whether `caller`, which has a queued call, may take one of `free` >= 1 permits: it holds less than
  // its share, or leaves the others what they usually use of theirs.
  bool CanAdmit(const std::string& caller, size_t free, SteadyTime now);

 private:
  struct Flow {
    size_t Demand() const { return waiting + in_flight; }

    size_t waiting = 0;
    size_t in_flight = 0;
    double ewma_demand = 0;  // moving average as of `at`
    SteadyTime at{};
  };

  // Brings `ewma_demand` up to `now`. Call it before the demand changes.
  void UpdateDemand(Flow& flow, SteadyTime now) const;
  Flow& FlowOf(const std::string& caller, SteadyTime now);
  void OnCallEnded(const std::string& caller, SteadyTime now);
  void EvictIdleFlows(SteadyTime now);

  const size_t permits_;
  const milliseconds span_;
  std::unordered_map<std::string, Flow> flows_;
  size_t active_flows_ = 0;  // those with a demand
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_FAIR_SHARE_H_

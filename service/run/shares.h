// Shares: how many places each caller holds, and how many are kept free for callers that hold fewer
// than their share and want one again in a moment.
#ifndef FALCON_RUN_SHARES_H_
#define FALCON_RUN_SHARES_H_

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace falcon::run {

// Not synchronised. A caller's share is an equal part of the places among those that came within
// `linger`; where there are more callers than places, nothing is kept for anybody: turns decide.
// Each operation takes time for as many callers as there are places at most.
class Shares {
 public:
  explicit Shares(size_t places, milliseconds linger = seconds(1))
      : places_(places), linger_(linger) {}

  // A call of `caller` came; it Enters or GivesUp later. What Entered Exits.
  void Comes(const std::string& caller, SteadyTime now);
  void Enters(const std::string& caller);
  void GivesUp(const std::string& caller, SteadyTime now);
  void Exits(const std::string& caller, SteadyTime now);

  // Whether `caller`, of whom a call waits, may have one of `free` places, which is at least one: it
  // holds less than its share, or the others have as many as they lately wanted of theirs, or could.
  bool MayTake(const std::string& caller, size_t free, SteadyTime now);

 private:
  struct Holder {
    size_t Demand() const { return waiting + in_flight; }

    size_t waiting = 0;
    size_t in_flight = 0;
    size_t peak = 0;  // the largest demand of late
    SteadyTime peak_at{};
    SteadyTime seen{};
  };

  void See(Holder& holder, SteadyTime now) const;
  void ForgetIdle(const std::string& caller, const Holder& holder);

  const size_t places_;
  const milliseconds linger_;
  std::unordered_map<std::string, Holder> holders_;
};

}  // namespace falcon::run

#endif  // FALCON_RUN_SHARES_H_

// Shares: how many places each caller holds, and how many are kept free for callers that hold fewer
// than they usually do and will want them again in a moment.
#ifndef FALCON_RUN_SHARES_H_
#define FALCON_RUN_SHARES_H_

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace falcon::run {

// Not synchronised. A caller's share is an equal part of the places, but for those that others than
// these calls hold, among those who were here of late; where more callers than places are here now,
// nothing is kept for anybody: turns decide. Each operation takes time for three times as many
// callers as there are places at most.
class Shares {
 public:
  // `span`: what "of late" and "usually" look back on, fading.
  explicit Shares(size_t places, milliseconds span = seconds(1)) : places_(places), span_(span) {}

  // A call of `caller` came; it Enters or GivesUp later. What Entered Exits.
  void Comes(const std::string& caller, SteadyTime now);
  void Enters(const std::string& caller, SteadyTime now);
  void GivesUp(const std::string& caller, SteadyTime now);
  void Exits(const std::string& caller, SteadyTime now);

  // Whether `caller`, whose call has come, may have one of `free` places, which is at least one: it
  // holds less than its share, or leaves the others what they usually have of theirs.
  bool MayTake(const std::string& caller, size_t free, SteadyTime now);

 private:
  struct Holder {
    size_t Demand() const { return waiting + in_flight; }

    size_t waiting = 0;
    size_t in_flight = 0;
    double usual = 0;  // the demand of late, as of `at`; at most all places
    SteadyTime at{};
  };

  // `usual` as of now. To be called before the demand changes.
  void Settle(Holder& holder, SteadyTime now) const;
  Holder& Of(const std::string& caller, SteadyTime now);
  void Left(const std::string& caller, SteadyTime now);
  void ForgetWhoStaysAway(SteadyTime now);

  const size_t places_;
  const milliseconds span_;
  std::unordered_map<std::string, Holder> holders_;
  size_t here_ = 0;  // of them, those with a demand
};

}  // namespace falcon::run

#endif  // FALCON_RUN_SHARES_H_

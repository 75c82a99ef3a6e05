// The simulator's two times: the wall it shows to clients, and the time its data lives in.
#pragma once

#include <utility>

#include "simulator/base/time.h"

namespace falcon::simulator {

// Not synchronised: the owner guards it.
class Clock {
 public:
  Clock(NowFunction now, Nanos data_now)
      : now_(now ? std::move(now) : NowFunction(SystemNow)),
        data_shift_(data_now == 0 ? 0 : data_now - now_()) {}

  // What tokens, cursors and rate windows age by.
  Nanos Now() const { return now_() + advance_; }
  // What the Date header and retry instants say.
  Nanos Shown() const { return Now() + skew_; }
  // What `now-7d` in a filter counts from; differs from Now() when the data is pinned to a date.
  Nanos DataNow() const { return Now() + data_shift_; }

  void SetSkew(Nanos skew) { skew_ = skew; }
  void Advance(Nanos step) { advance_ += step; }

 private:
  NowFunction now_;
  Nanos data_shift_;
  Nanos advance_ = 0;
  Nanos skew_ = 0;
};

}  // namespace falcon::simulator

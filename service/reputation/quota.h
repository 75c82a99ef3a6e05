// Quota: look-ups a minute and a day that one key allows, shared fairly by the callers.
#ifndef FALCON_REPUTATION_QUOTA_H_
#define FALCON_REPUTATION_QUOTA_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "runtime/loop.h"
#include "runtime/thread_affinity.h"

namespace falcon::reputation {

struct QuotaLimits {
  int per_minute = 4;
  int per_day = 500;
};

// What is left now.
struct QuotaState {
  QuotaLimits limits;
  int minute_left = 0;
  int day_left = 0;          // until the next midnight, UTC
  milliseconds cooldown{0};  // no call before it ends
};

// Loop thread only.
//
//   order    first come, first served: a turn has its instant as soon as it is reserved
//   share    a caller gets at most half of what the others leave of the day, and holds at most half
//            a minute's future turns, so that a new caller waits about a minute at most
//   minute   61 seconds, since a call may travel longer than the one a minute after it
//   day      of UTC; a wall clock that jumps to another day starts that day afresh
class Quota {
 private:
  // Shared with the turns, which may go after the quota.
  struct Book {
    // A caller's own turns.
    struct Share {
      std::deque<SteadyTime> to_come;  // ascending
      std::map<int64_t, int> by_day;
    };
    void GiveBack(const std::string& caller, SteadyTime at, int64_t day);

    std::deque<SteadyTime> turns;         // ascending; those within a minute and those to come
    std::map<int64_t, int> by_day;        // today's and later ones
    std::map<std::string, Share> shares;  // of callers with turns of today or later
  };

 public:
  // A turn at a known instant. An unspent turn is given back when it is destroyed.
  class Turn {
   public:
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (book_ != nullptr) book_->GiveBack(caller_, at_, day_);
    }
    SteadyTime at() const { return at_; }
    // The turn counts from now on, whatever the call returns.
    void Spend() { book_ = nullptr; }

   private:
    friend class Quota;
    Turn(std::shared_ptr<Book> book, std::string caller, SteadyTime at, int64_t day)
        : book_(std::move(book)), caller_(std::move(caller)), at_(at), day_(day) {}
    std::shared_ptr<Book> book_;  // null: spent, or only when to ask again
    std::string caller_;
    SteadyTime at_;
    int64_t day_;
  };

  // Limits are 1 or more.
  Quota(QuotaLimits limits, const Clock& clock, runtime::Timer& timer)
      : limits_(limits), clock_(clock), timer_(timer) {}

  // The next turn of `caller`, which may be now. One that begins at `deadline` or later fails now:
  // RESOURCE_EXHAUSTED (REPUTATION_QUOTA) with retry-after and the fact `quota`: "minute", "day",
  // "share" (the caller's part of the day) or "cooldown".
  absl::StatusOr<Turn> Reserve(const std::string& caller, Deadline deadline);
  // Returns at the turn's instant. False: reserve again, since a cooldown began meanwhile or the
  // caller had enough future turns.
  Task<bool> Await(const Turn& turn);

  // VirusTotal returned 429: no call for `delay`. An earlier, longer cooldown stays.
  void CoolDown(milliseconds delay);

  // The error of Reserve for a turn at `at`.
  absl::Status TooLate(SteadyTime at) const;

  QuotaState state() const;

 private:
  enum class Cause { kMinute, kDay, kShare, kCooldown };
  struct Next {
    SteadyTime at;
    int64_t day;
    Cause cause;
  };

  Next FindNext(const std::string& caller) const;
  // Of UTC days since 1970.
  int64_t DayAt(SteadyTime at) const;
  int UsedOn(int64_t day) const;
  // Whether the caller has used its part of the day.
  bool HadShare(const std::string& caller, int64_t day) const;
  Turn Enter(const std::string& caller, const Next& next);
  void Forget();
  absl::Status Exhausted(SteadyTime at, Cause cause) const;

  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  const QuotaLimits limits_;
  const Clock& clock_;
  runtime::Timer& timer_;
  const std::shared_ptr<Book> book_ = std::make_shared<Book>();
  SteadyTime open_at_{};
};

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_QUOTA_H_

// Admission: at most so many calls in flight; the rest wait, and their callers take turns.
#ifndef FALCON_RUN_ADMISSION_H_
#define FALCON_RUN_ADMISSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "run/loop.h"
#include "run/priority.h"
#include "run/task.h"
#include "run/timer.h"

namespace falcon::run {

struct AdmissionOptions {
  size_t places = 48;                 // calls in flight; 1 or more
  size_t export_places = 0;           // of them for exports at most; 0: half, at least one
  size_t max_waiting = 10'000;        // of all callers; more are turned away
  size_t max_waiting_per_caller = 0;  // 0: half of `max_waiting`, at least one
  milliseconds max_wait{30'000};      // who waits longer is turned away
  milliseconds late_after{1'000};     // a caller whose call waits so long is served from the end
  int export_turn = 8;  // every so many-th turn is an export's, if one waits; 1 or more
};

// Who wants to enter.
struct Visit {
  std::string caller;  // whose share it takes; empty: that of the nameless, who share one
  Priority priority;
  Deadline deadline;
};

struct AdmissionStats {
  size_t waiting = 0;    // now
  size_t in_flight = 0;  // now, exports included
  size_t exports_in_flight = 0;
  // So far:
  int64_t waited = 0;            // did not enter at once
  int64_t shed_all_callers = 0;  // turned away, by bound
  int64_t shed_this_caller = 0;
  int64_t shed_time = 0;
  int64_t shed_hopeless = 0;
};

// Loop thread only. A place that comes free goes to a waiting interactive call before an export,
// but for every `export_turn`th; callers take turns within each; a caller's own calls go first
// come, first served; its interactive ones last come, first served while the first has waited for
// `late_after`: under overload all would be served just too late else. A caller whose interactive
// calls hold more than its share leaves free what others will claim of theirs in a moment, see
// shares.h. A place that exports may not have stays free for an interactive call.
class Admission {
  struct Book;

 public:
  // Holds one place; gives it back when it goes. May outlive the Admission, but not its clock.
  class Place {
   public:
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    friend class Admission;
    Place(std::shared_ptr<Book> book, Visit visit);

    std::shared_ptr<Book> book_;
    Visit visit_;
  };

  // `timer` ends waits that last too long; it outlives the Admission, as `clock` and `loop` do.
  Admission(Loop& loop, const Clock& clock, Timer& timer, AdmissionOptions options);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // Waits for a place. RESOURCE_EXHAUSTED with retry-after and the fact `limit`, which says what
  // turns the call away:
  //   QUEUE_FULL     all_callers    at once: too many wait in all
  //   QUEUE_FULL     this_caller    at once: too many of this caller's wait
  //   QUEUE_TIMEOUT  time           after `max_wait`
  // DEADLINE_EXCEEDED at once where the deadline has passed; one that passes later is the
  // reactor's, whose cancellation ends the wait.
  Task<absl::StatusOr<Place>> Enter(Visit visit);

  // Nobody is served before `at`: who waits and has no more time than that leaves now, by `why`.
  // What it takes depends on how many those are, not on how many wait.
  void TurnAway(SteadyTime at, const absl::Status& why);

  AdmissionStats stats() const;

 private:
  static Task<void> Sweep(std::weak_ptr<Book> of, const Clock& clock, Timer& timer);

  Loop& loop_;
  const Clock& clock_;
  Timer& timer_;
  std::shared_ptr<Book> book_;
};

}  // namespace falcon::run

#endif  // FALCON_RUN_ADMISSION_H_

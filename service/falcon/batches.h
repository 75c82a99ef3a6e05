// Batches: small look-ups that find their lane busy travel together in the next call.
#ifndef FALCON_FALCON_BATCHES_H_
#define FALCON_FALCON_BATCHES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon/found.h"
#include "falcon/shared_flight.h"
#include "run/loop.h"
#include "run/timer.h"

namespace falcon {

struct BatchOptions {
  // Look-ups of more ids go alone. 0: all do.
  size_t most_joining = 100;
  // A call that takes longer holds no others back.
  milliseconds patience{500};
};

// Loop thread only. Outlives its calls: stop the loop first.
class Batches {
 public:
  // Told of each look-up that succeeded and leaves something behind.
  using OnFound =
      std::function<void(const Lane& lane, std::span<const std::string> ids, const Found& found)>;

  Batches(Attempts& attempts, run::Loop& loop, const Clock& clock, run::Timer& timer,
          OnFound on_found, BatchOptions options = {})
      : attempts_(attempts),
        loop_(loop),
        clock_(clock),
        timer_(timer),
        on_found_(std::move(on_found)),
        options_(options) {}

  // Looks up `ids`, which are distinct. An idle lane asks Falcon at once; while its call waits to go
  // out or is on the way, further look-ups gather and leave together when it lands, when they fill a
  // call, or when `patience` is over and it has gone out. The answer holds the records of all; `reading` hears of `ids` only. A
  // failure is everybody's. A leaver does not cancel the others; the last one does. Who began a
  // batch is counted its calls. They take turns of the lane's own, beside those of the callers: it
  // works for all of them, and none's queue may hold it up.
  Task<absl::StatusOr<std::shared_ptr<const Found>>> Find(Lane lane, std::vector<std::string> ids,
                                                          Reading& reading);

  // Look-ups that travelled in another's call so far.
  int64_t joined() const { return joined_; }

 private:
  using Flight = SharedFlight<absl::StatusOr<std::shared_ptr<const Found>>>;
  struct Batch {
    std::shared_ptr<Flight> flight;
    Lane lane;
    std::set<std::string> ids;
  };
  struct LaneState {
    // Whether one has departed and waits to go out, no later than `open` could.
    bool AnyInLine() const;

    std::shared_ptr<Batch> open;  // gathers; null: nobody waits
    std::vector<std::shared_ptr<Flight>> in_flight;
  };

  Task<absl::StatusOr<std::shared_ptr<const Found>>> Fetch(Lane lane, std::vector<std::string> ids,
                                                           Reading& reading);
  // The batch that `ids` travel in; the first of it `began` it.
  std::shared_ptr<Batch> Board(const std::string& key, const Lane& lane,
                               const std::vector<std::string>& ids, Reading& reading, bool& began);
  void Depart(const std::string& key);
  void Landed(const std::string& key, const Flight* flight);
  Task<void> DepartAfterPatience(std::string key, std::weak_ptr<Batch> batch);

  Attempts& attempts_;
  run::Loop& loop_;
  const Clock& clock_;
  run::Timer& timer_;
  OnFound on_found_;
  BatchOptions options_;
  std::map<std::string, LaneState> lanes_;
  int64_t joined_ = 0;
  std::shared_ptr<const int> alive_ = std::make_shared<const int>(0);
};

}  // namespace falcon

#endif  // FALCON_FALCON_BATCHES_H_

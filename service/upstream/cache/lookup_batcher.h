// LookupBatcher: small look-ups that find their lane busy travel together in the next call.
#ifndef FALCON_UPSTREAM_CACHE_LOOKUP_BATCHER_H_
#define FALCON_UPSTREAM_CACHE_LOOKUP_BATCHER_H_

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
#include "runtime/loop.h"
#include "runtime/timer.h"
#include "upstream/cache/coalesced_call.h"
#include "upstream/call/lookup_result.h"

namespace falcon::upstream {

struct LookupBatcherOptions {
  // Look-ups of more ids go alone. 0: all do.
  size_t max_ids = 100;
  // A call that takes longer holds no others back.
  milliseconds patience{500};
};

// Loop thread only. Outlives its calls: stop the loop first.
class LookupBatcher {
 public:
  // Told of each look-up that succeeded and leaves something behind.
  using OnFound = std::function<void(const BatchKey& lane, std::span<const std::string> ids,
                                     const LookupResult& found)>;

  LookupBatcher(Attempts& attempts, runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
                OnFound on_found, LookupBatcherOptions options = {})
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
  Task<absl::StatusOr<std::shared_ptr<const LookupResult>>> Find(BatchKey lane,
                                                                 std::vector<std::string> ids,
                                                                 Reading& reading);

  // Look-ups that travelled in another's call so far.
  int64_t joined() const { return joined_; }

 private:
  using Flight = CoalescedCall<absl::StatusOr<std::shared_ptr<const LookupResult>>>;
  struct Batch {
    std::shared_ptr<Flight> flight;
    BatchKey lane;
    std::set<std::string> ids;
  };
  struct KeyState {
    // Whether one has departed and waits to go out, no later than `open` could.
    bool AnyInLine() const;

    std::shared_ptr<Batch> open;  // gathers; null: nobody waits
    std::vector<std::shared_ptr<Flight>> in_flight;
  };

  Task<absl::StatusOr<std::shared_ptr<const LookupResult>>> Fetch(BatchKey lane,
                                                                  std::vector<std::string> ids,
                                                                  Reading& reading);
  // The batch that `ids` travel in; the first of it `began` it.
  std::shared_ptr<Batch> Board(const std::string& key, const BatchKey& lane,
                               const std::vector<std::string>& ids, Reading& reading, bool& began);
  void Depart(const std::string& key);
  void Landed(const std::string& key, const Flight* flight);
  Task<void> DepartAfterPatience(std::string key, std::weak_ptr<Batch> batch);

  Attempts& attempts_;
  runtime::Loop& loop_;
  const Clock& clock_;
  runtime::Timer& timer_;
  OnFound on_found_;
  LookupBatcherOptions options_;
  std::map<std::string, KeyState> lanes_;
  int64_t joined_ = 0;
  std::shared_ptr<const int> alive_ = std::make_shared<const int>(0);
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_LOOKUP_BATCHER_H_

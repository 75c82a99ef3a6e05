// RequestCoalescer: identical reads in flight share one call to Falcon.
#ifndef FALCON_UPSTREAM_CACHE_REQUEST_COALESCER_H_
#define FALCON_UPSTREAM_CACHE_REQUEST_COALESCER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "json/document.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "runtime/task.h"
#include "upstream/cache/coalesced_call.h"
#include "upstream/call/reading.h"

namespace falcon::upstream {

// Loop thread only. Outlives its flights: stop the loop first.
class RequestCoalescer {
 public:
  using Read = std::function<Task<absl::StatusOr<json::Document>>(Reading& reading)>;

  RequestCoalescer(runtime::Loop& loop, const Clock& clock) : loop_(loop), clock_(clock) {}

  // The document that `read` brings, or that an identical read does: one with the same `key`. One
  // whose call is on its way is joined, unless it went out too long ago for `reading`. One that
  // still waits to go out is joined by its own caller, for a second; other callers wait in lines of
  // their own, so that none is held up by another's, and the first of them that goes out serves all.
  //
  // A joiner puts the flight's deadline off to its own, and makes it interactive if it is so itself;
  // when the flight ended for want of time that the joiner has, it flies again. A leaver does not
  // cancel the others; the last one does. Failures are shared, and kept no longer. `reading` of who
  // started it counts the calls.
  Task<absl::StatusOr<json::Document>> Join(std::string key, Read read, Reading& reading);

  // Reads that shared another's call so far.
  int64_t joined() const { return joined_; }

 private:
  using Flight = CoalescedCall<absl::StatusOr<json::Document>>;
  // How a flight learns that another one went out before it.
  struct Overtaking {
    runtime::OneShotEvent event;
    std::shared_ptr<Flight> by = nullptr;
  };
  struct Entry {
    std::shared_ptr<Flight> flight;
    std::shared_ptr<Overtaking> overtaking;
    SteadyTime began;
  };

  // The flight that `reading` may join; null: there is none.
  std::shared_ptr<Flight> FlightFor(const std::string& key, const Reading& reading) const;
  std::shared_ptr<Flight> Start(const std::string& key, const Read& read, const Reading& reading);
  Task<absl::StatusOr<json::Document>> Fly(std::string key, Read read,
                                           std::shared_ptr<Overtaking> overtaking, Reading& flight);
  // Those of `key` that have not gone out follow the one that `reading` is of.
  void WentOut(const std::string& key, const Reading& reading);
  void Forget(const std::string& key, const Flight* flight);

  runtime::Loop& loop_;
  const Clock& clock_;
  std::map<std::string, std::vector<Entry>> flights_;
  int64_t joined_ = 0;
  std::shared_ptr<const int> alive_ = std::make_shared<const int>(0);
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_REQUEST_COALESCER_H_

// LookupBatcher: small look-ups by ID share a call.
#ifndef FALCON_UPSTREAM_CACHE_LOOKUP_BATCHER_H_
#define FALCON_UPSTREAM_CACHE_LOOKUP_BATCHER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/loop.h"
#include "runtime/thread_affinity.h"
#include "upstream/cache/coalesced_call.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

struct LookupBatcherOptions {
  size_t max_ids = 100;      // of a look-up that is batched; a larger one goes alone. 0: all do
  milliseconds linger{500};  // a call in flight for longer holds no others back
};

// Look-ups of equal BatchKeys form batches. An idle key sends a batch at once. A batch that waits to
// be sent takes further look-ups as long as one call does, and goes out with all their IDs. While a
// call is in flight, look-ups gather and leave together when it ends, when they fill a call, or
// after `linger`.
//
//   result        the records of all; `stats` hears of the errors of the request's own IDs only
//   deadline, priority, cancellation, errors   as those of RequestCoalescer
//   accounting    `upstream_calls` is charged to the first request that gets the result
//   turns         those of the key, beside the clients': it works for all of them
//
// Requests that are no look-ups pass through.
//
// Loop thread only (asserted). Outlives its calls: stop the loop first.
class LookupBatcher final : public UpstreamClient {
 public:
  LookupBatcher(LookupBatcherOptions options, runtime::Loop& loop, const Clock& clock,
                runtime::Timer& timer, UpstreamClient& next)
      : options_(options), loop_(loop), clock_(clock), timer_(timer), next_(next) {}

  Task<Response> Call(const UpstreamRequest& request, const CallOptions& options,
                      CallStats& stats) override {
    return next_.Call(request, options, stats);
  }
  Task<Records> Lookup(const LookupRequest& request, const CallOptions& options,
                       CallStats& stats) override {
    affinity_.Check();
    if (request.ids.size() > options_.max_ids) return next_.Lookup(request, options, stats);
    return Join(request, options, stats);
  }

  // Look-ups that travelled in another's call so far.
  int64_t batched() const { return batched_; }

 private:
  using Flight = CoalescedCall<Records>;
  struct Batch {
    bool Takes(const LookupRequest& request) const;
    void Add(const LookupRequest& request);

    std::shared_ptr<Flight> flight;
    // Grows until the call is sent.
    std::shared_ptr<LookupRequest> request;
    std::set<std::string, std::less<>> known;  // its IDs
  };
  struct KeyState {
    // Gathers; null: nobody waits.
    std::shared_ptr<Batch> open;
    std::vector<std::shared_ptr<Batch>> departed;
  };

  Task<Records> Join(const LookupRequest& request, const CallOptions& options, CallStats& stats);
  // The batch that the look-up travels in.
  std::shared_ptr<Batch> Board(const std::string& key, const LookupRequest& request,
                               const CallOptions& options);
  void Depart(const std::string& key);
  void OnDone(const std::string& key, const Flight* flight);
  Task<void> DepartAfterLinger(std::string key, std::weak_ptr<Batch> batch);

  const LookupBatcherOptions options_;
  runtime::Loop& loop_;
  const Clock& clock_;
  runtime::Timer& timer_;
  UpstreamClient& next_;
  std::map<std::string, KeyState> keys_;
  int64_t batched_ = 0;
  std::shared_ptr<const int> alive_ = std::make_shared<const int>(0);
  runtime::ThreadAffinity affinity_{loop_.executor()};
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_LOOKUP_BATCHER_H_

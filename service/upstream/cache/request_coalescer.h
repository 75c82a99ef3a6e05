// RequestCoalescer: concurrent identical requests share one upstream call.
#ifndef FALCON_UPSTREAM_CACHE_REQUEST_COALESCER_H_
#define FALCON_UPSTREAM_CACHE_REQUEST_COALESCER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/loop.h"
#include "runtime/thread_affinity.h"
#include "upstream/cache/coalesced_call.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// Two requests are identical when their CoalescingKeys are equal. A request joins
//
//   a call that was sent             within the request's `max_staleness`
//   a call that waits to be sent     of its own client, begun within the last second
//
// and else starts a call, which waits in its client's line, so that no client is held up by
// another's queue. Of identical calls that wait, the first that is sent serves all.
//
//   deadline      the latest of all joined requests
//   priority      interactive if any joined request is
//   cancellation  the call is cancelled when its last request is
//   errors        delivered to every joined request, never kept; a request with more time than the
//                 one that started the call asks again if the call failed for lack of time
//   accounting    `upstream_calls` is charged to the first request that gets the response
//
// Requests with a `max_staleness` of 0, and look-ups, pass through.
//
// Loop thread only (asserted). Outlives its calls: stop the loop first.
class RequestCoalescer final : public UpstreamClient {
 public:
  RequestCoalescer(runtime::Loop& loop, const Clock& clock, UpstreamClient& next)
      : loop_(loop), clock_(clock), next_(next) {}

  Task<Response> Call(const UpstreamRequest& request, const CallOptions& options,
                      CallStats& stats) override {
    affinity_.Check();
    if (options.max_staleness == milliseconds(0)) return next_.Call(request, options, stats);
    return Join(request, options, stats);
  }
  Task<Records> Lookup(const LookupRequest& request, const CallOptions& options,
                       CallStats& stats) override {
    return next_.Lookup(request, options, stats);
  }

  // Requests that shared another's call so far.
  int64_t coalesced() const { return coalesced_; }

 private:
  using Flight = CoalescedCall<Response>;
  struct Entry {
    std::shared_ptr<Flight> flight;
    SteadyTime began;
  };
  using Entries = std::vector<Entry>;

  Task<Response> Join(const UpstreamRequest& request, const CallOptions& options, CallStats& stats);
  // Null: there is none.
  std::shared_ptr<Flight> FindJoinable(const std::string& key, const CallOptions& options) const;
  std::shared_ptr<Flight> Start(const std::string& key, const UpstreamRequest& request,
                                const CallOptions& options);
  // The claim of the calls of `key` that wait to be sent, which `flight` is about to join; null if
  // there are no others.
  std::shared_ptr<SendClaim> ShareClaim(const std::string& key);
  // Once a call has taken `claim`, the others that share it are superseded.
  Task<void> AwaitClaim(std::string key, std::shared_ptr<SendClaim> claim);
  void Forget(const std::string& key, const Flight* flight);

  runtime::Loop& loop_;
  const Clock& clock_;
  UpstreamClient& next_;
  std::map<std::string, Entries> flights_;
  int64_t coalesced_ = 0;
  std::shared_ptr<const int> alive_ = std::make_shared<const int>(0);
  runtime::ThreadAffinity affinity_{loop_.executor()};
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_REQUEST_COALESCER_H_

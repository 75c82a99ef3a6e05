// ResponseCache: responses and records that are young enough for a request answer it.
#ifndef FALCON_UPSTREAM_CACHE_RESPONSE_CACHE_H_
#define FALCON_UPSTREAM_CACHE_RESPONSE_CACHE_H_

#include <string>
#include <utility>
#include <vector>

#include "runtime/cpu_pool.h"
#include "runtime/thread_affinity.h"
#include "upstream/cache/freshness_cache.h"
#include "upstream/cache/remote_cache.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// A request is answered from the cache if it has a `max_staleness` above 0 and the entry is no
// older; `stats` hears of its age. A response answers equal requests, and its records answer
// look-ups (`cache_records_as`). Complete responses only are cached, once for all who shared the
// call. A request with `validate_only` ends here.
//
// Loop thread only (asserted). References outlive the cache.
class ResponseCache final : public UpstreamClient {
 public:
  // `remote`: what other replicas cache; null: nothing. `pool` writes out big responses; null: the
  // loop does.
  ResponseCache(FreshnessCache& cache, RemoteCache* remote, const Clock& clock,
                runtime::CpuPool* pool, UpstreamClient& next)
      : cache_(cache), remote_(remote), clock_(clock), pool_(pool), next_(next) {}

  Task<Response> Call(const UpstreamRequest& request, const CallOptions& options,
                      CallStats& stats) override;
  Task<Records> Lookup(const LookupRequest& request, const CallOptions& options,
                       CallStats& stats) override;

 private:
  using Entry = std::pair<std::string, CacheEntry>;

  // Brings over what other replicas cache of `keys`.
  Task<void> LoadRemote(std::vector<std::string> keys, milliseconds max_age);
  std::optional<UpstreamResponse> FindResponse(const std::string& key, const CallOptions& options,
                                               CallStats& stats);
  // The cached records; the other IDs go to `rest`.
  LookupResult FindRecords(const LookupRequest& request, const CallOptions& options,
                           CallStats& stats, std::vector<std::string>& rest);
  void Put(std::vector<Entry> entries);
  milliseconds AgeOf(SteadyTime at) const;

  FreshnessCache& cache_;
  RemoteCache* remote_;
  const Clock& clock_;
  runtime::CpuPool* pool_;
  UpstreamClient& next_;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_RESPONSE_CACHE_H_

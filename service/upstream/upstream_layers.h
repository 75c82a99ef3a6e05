// UpstreamLayers: the chain as metrics and status see it.
#ifndef FALCON_UPSTREAM_UPSTREAM_LAYERS_H_
#define FALCON_UPSTREAM_UPSTREAM_LAYERS_H_

#include "upstream/cache/freshness_cache.h"
#include "upstream/cache/lookup_batcher.h"
#include "upstream/cache/remote_cache.h"
#include "upstream/cache/request_coalescer.h"
#include "upstream/call/call_guard.h"
#include "upstream/call/retrying_client.h"

namespace falcon::upstream {

// References outlive it.
struct UpstreamLayers {
  const FreshnessCache& cache;
  const RemoteCache* remote;  // null: nothing is shared with other replicas
  const RequestCoalescer& coalescer;
  const LookupBatcher& batcher;
  const RetryingClient& retrying;
  const CallGuard& guard;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_UPSTREAM_LAYERS_H_

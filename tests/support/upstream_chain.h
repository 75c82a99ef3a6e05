// The chain of upstream clients over a transport, as main.cc stacks it.
#ifndef FALCON_TESTS_SUPPORT_UPSTREAM_CHAIN_H_
#define FALCON_TESTS_SUPPORT_UPSTREAM_CHAIN_H_

#include <memory>
#include <utility>

#include "upstream/cache/response_cache.h"
#include "upstream/upstream_layers.h"

namespace falcon::testing {

struct ChainOptions {
  upstream::LookupBatcherOptions batching = {};
  size_t cache_bytes = 0;
  upstream::RemoteCacheOptions remote = {};
  upstream::RetryPolicy retry = {};
  double jitter = 1.0;
};

// The dependencies of a chain. They outlive it.
struct ChainBase {
  runtime::Loop& loop;
  const Clock& clock;
  runtime::Timer& timer;
  upstream::AdmissionQueue& admission;
  upstream::Bulkheads& bulkheads;
  upstream::RateBudget& budget;
  http::HttpTransport& transport;
  runtime::CpuPool* pool = nullptr;
};

class UpstreamChain {
 public:
  explicit UpstreamChain(const ChainBase& on, const ChainOptions& options = {})
      : guard(on.admission, on.bulkheads, on.budget, on.transport, on.clock, on.timer, on.pool),
        retrying(
            options.retry, [jitter = options.jitter] { return jitter; }, on.bulkheads, on.clock,
            on.timer, guard),
        batcher(options.batching, on.loop, on.clock, on.timer, retrying),
        coalescer(on.loop, on.clock, batcher),
        store(on.clock, options.cache_bytes),
        remote(options.remote.store == nullptr ? nullptr
                                               : std::make_unique<upstream::RemoteCache>(
                                                     options.remote, store, on.loop, on.clock)),
        cached(store, remote.get(), on.clock, on.pool, coalescer) {}

  upstream::UpstreamLayers layers() const {
    return {store, remote.get(), coalescer, batcher, retrying, guard};
  }

  upstream::CallGuard guard;
  upstream::RetryingClient retrying;
  upstream::LookupBatcher batcher;
  upstream::RequestCoalescer coalescer;
  upstream::FreshnessCache store;
  std::unique_ptr<upstream::RemoteCache> remote;
  upstream::ResponseCache cached;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_UPSTREAM_CHAIN_H_

// Caller: how everything above reads Falcon. What was answered a moment ago is kept, identical
// reads share a call, small look-ups gather into batches, and what goes out takes its attempts.
#ifndef FALCON_UPSTREAM_CALL_CALLER_H_
#define FALCON_UPSTREAM_CALL_CALLER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/loop.h"
#include "runtime/timer.h"
#include "upstream/cache/freshness_cache.h"
#include "upstream/cache/lookup_batcher.h"
#include "upstream/cache/remote_cache.h"
#include "upstream/cache/request_coalescer.h"
#include "upstream/cache/response_cache.h"
#include "upstream/call/attempts.h"
#include "upstream/call/lookup_result.h"

namespace falcon::upstream {

struct CallerStats {
  int64_t calls = 0;       // attempts that reached the wire
  int64_t retries = 0;     // of them, after a failure
  int64_t bisections = 0;  // refused look-ups of several ids that were split
  int64_t joined = 0;      // reads that shared an identical one's call
  int64_t batched = 0;     // look-ups that travelled in another's call
  int64_t kept = 0;        // answers and records that were kept from earlier calls
  size_t cache_bytes = 0;  // that are kept now
  // What other replicas kept; nullopt: nothing is shared.
  std::optional<RemoteCacheStats> shared = std::nullopt;
};

struct CallerOptions {
  LookupBatcherOptions batching;
  // Of kept answers. 0: none is kept.
  size_t cache_bytes = 0;
  // With a store, kept answers are shared with other replicas.
  RemoteCacheOptions shared = {};
};

// Loop thread only. Outlives its calls: stop the loop first.
class Caller {
 public:
  Caller(Attempts& attempts, runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
         CallerOptions options = {});

  // The document, as Attempts::Call brings it; shared with whoever reads the same at the same time,
  // or kept from earlier where `reading` takes that.
  Task<absl::StatusOr<json::Document>> Call(UpstreamCall call, Reading& reading);

  // The records of `ids`, which are distinct; perhaps among those of others. Failures as FetchInChunks's.
  Task<absl::StatusOr<std::shared_ptr<const LookupResult>>> Find(BatchKey lane,
                                                                 std::vector<std::string> ids,
                                                                 Reading& reading);

  CallerStats stats() const;
  // How the attempts fare.
  const AttemptMeans& means() const { return attempts_.means(); }

 private:
  Task<absl::StatusOr<json::Document>> Fetch(UpstreamCall call, std::string key, Reading& reading);

  Attempts& attempts_;
  const Clock& clock_;
  FreshnessCache cache_;
  std::unique_ptr<RemoteCache> tier_;  // null: nothing is shared
  ResponseCache kept_;
  RequestCoalescer reads_;
  LookupBatcher batches_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_CALLER_H_

// RemoteCache: what replicas cache, shared through a store and encrypted there.
#ifndef FALCON_UPSTREAM_CACHE_REMOTE_CACHE_H_
#define FALCON_UPSTREAM_CACHE_REMOTE_CACHE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "redis/key_value_store.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "runtime/thread_affinity.h"
#include "telemetry/log.h"
#include "upstream/cache/cache_cipher.h"
#include "upstream/cache/freshness_cache.h"

namespace falcon::upstream {

// Bytes for other replicas, whose steady clocks have nothing in common: with the instant by the
// wall clock, in whole milliseconds, rounded down, so that no entry becomes younger.
std::string EncodeCacheEntry(const CacheEntry& entry, const Clock& clock);
// What EncodeCacheEntry was given, as old as it is by now. An instant in the future, where the wall
// clock of the writer is ahead, is at most a day ahead. Nullopt: not of this form.
std::optional<CacheEntry> DecodeCacheEntry(std::string_view bytes, const Clock& clock);

struct RemoteCacheOptions {
  redis::KeyValueStore* store = nullptr;  // null: there is none
  Secret key;                             // as CacheCipher takes it
  std::string owner;
  telemetry::Log* log = nullptr;  // not null where there is a store
};

struct RemoteCacheStats {
  bool connected = false;
  int64_t hits = 0;     // values that were there
  int64_t misses = 0;   // not there, or not in time
  int64_t refused = 0;  // there, but not written by a replica, or while clocks disagree
  int64_t faults = 0;   // of the store
};

// Replicas tell each other the age of an entry by the wall clock. Each entry from the store counts
// as kMaxClockSkew older than it says, so that none is older than it looks while clocks differ by no
// more. One from further in the future than kMaxClockSkew shows that they do differ: others may be
// older than they look, and none is used before kTtl has passed without a further such one.
//
// Loop thread only (asserted). Outlives its calls: stop the loop first.
class RemoteCache {
 public:
  static constexpr seconds kMaxClockSkew{1};
  // How long responses and records stay in the store: longer than any default staleness. Absences
  // stay as long as they are believed.
  static constexpr std::chrono::minutes kTtl{15};

  // `options` name a store and a log, which outlive it.
  RemoteCache(const RemoteCacheOptions& options, FreshnessCache& cache, runtime::Loop& loop,
              const Clock& clock);

  // Brings what the store has of `keys` into the cache, whatever its age. A key that is being loaded
  // already is waited for. Never fails, and takes as long as the store's Get.
  Task<void> Load(std::vector<std::string> keys);
  // Offers `entry` to the other replicas.
  void Put(const std::string& key, const CacheEntry& entry);

  RemoteCacheStats stats() const;

 private:
  using InFlight = std::shared_ptr<runtime::OneShotEvent>;

  Task<void> Fetch(std::vector<std::string> keys, InFlight loaded);
  void Accept(const std::string& key, const CacheCipher::SlotKey& slot,
              const std::optional<std::string>& sealed);
  // Whether the clocks agree, by all that came; `at`: the latest.
  bool SkewWithinBound(SteadyTime at);

  redis::KeyValueStore& store_;
  const CacheCipher cipher_;
  FreshnessCache& cache_;
  runtime::Loop& loop_;
  const Clock& clock_;
  telemetry::Log& log_;
  SteadyTime disagree_until_ = SteadyTime::min();
  std::map<std::string, InFlight> loading_;
  RemoteCacheStats stats_;
  runtime::ThreadAffinity affinity_{loop_.executor()};
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_REMOTE_CACHE_H_

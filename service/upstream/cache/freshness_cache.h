// FreshnessCache: what Falcon answered a moment ago, as text, in bounded memory.
#ifndef FALCON_UPSTREAM_CACHE_FRESHNESS_CACHE_H_
#define FALCON_UPSTREAM_CACHE_FRESHNESS_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/lru_cache.h"
#include "base/time.h"

namespace falcon::upstream {

// One answer as it was kept. JSON text takes a tenth of the memory of what it is parsed into.
struct CacheEntry {
  enum class Kind { kAnswer, kRecord, kNegative };
  Kind kind = Kind::kAnswer;
  // kAnswer: a whole answer of Falcon's; kRecord: one record; kMissing: the error in its place, or
  // nothing where Falcon stayed silent.
  std::string text;
  // kAnswer: where the next page starts, if the body does not say it.
  std::string next;
  // When the call to Falcon went out that brought it.
  SteadyTime at{};
};

// Loop thread only. The least recently used goes first.
class FreshnessCache {
 public:
  // Longest time for which an absence is believed, however stale the reader accepts its answers.
  static constexpr seconds kMaxMissing{10};

  // `most_bytes` 0: keeps nothing.
  FreshnessCache(const Clock& clock, size_t most_bytes) : clock_(clock), entries_(most_bytes) {}

  // What was kept under `key`, if it is at most `staleness` old; absences at most kMaxMissing. The
  // pointer holds until the next Keep.
  const CacheEntry* Find(std::string_view key, milliseconds staleness);

  // Whether Find would find it.
  bool Contains(std::string_view key, milliseconds staleness) const;

  // Replaces what is there, unless that is younger: false then. What is larger than a sixteenth of
  // the cache is not kept.
  bool Keep(std::string key, CacheEntry kept);

  bool on() const { return entries_.max_weight() > 0; }
  size_t bytes() const { return entries_.weight(); }
  int64_t hits() const { return hits_; }

 private:
  bool YoungEnough(const CacheEntry& kept, milliseconds staleness) const;

  const Clock& clock_;
  int64_t hits_ = 0;
  LruCache<CacheEntry> entries_;  // by bytes
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_FRESHNESS_CACHE_H_

// FreshnessCache: responses of the last moments, as text, in bounded memory.
#ifndef FALCON_UPSTREAM_CACHE_FRESHNESS_CACHE_H_
#define FALCON_UPSTREAM_CACHE_FRESHNESS_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/lru_cache.h"
#include "base/time.h"
#include "runtime/thread_affinity.h"

namespace falcon::upstream {

// One response or record as it is cached. JSON text takes a tenth of the memory of what it is
// parsed into.
struct CacheEntry {
  enum class Kind { kResponse, kRecord, kNegative };
  Kind kind = Kind::kResponse;
  // kResponse: a whole response; kRecord: one record; kNegative: the error in its place, or nothing
  // where Falcon stayed silent.
  std::string text;
  // kResponse: where the next page starts, if the body does not say it.
  std::string next;
  // When the request was sent that brought it.
  SteadyTime at{};
};

// Loop thread only (asserted). The least recently used entry goes first.
class FreshnessCache {
 public:
  // The longest time for which an absence is believed, whatever age a request accepts.
  static constexpr seconds kMaxNegativeAge{10};

  // `max_bytes` 0: keeps nothing.
  FreshnessCache(const Clock& clock, size_t max_bytes) : clock_(clock), entries_(max_bytes) {}

  // The entry under `key`, if it is at most `max_age` old. The pointer is valid until the next Put.
  const CacheEntry* Find(std::string_view key, milliseconds max_age);
  // Whether Find would find it.
  bool Contains(std::string_view key, milliseconds max_age) const;
  // Replaces what is there, unless that is younger: false then. An entry that is larger than a
  // sixteenth of the cache is not kept.
  bool Put(std::string key, CacheEntry entry);

  bool on() const { return entries_.max_weight() > 0; }
  size_t bytes() const { return entries_.weight(); }
  int64_t hits() const { return hits_; }

 private:
  bool YoungEnough(const CacheEntry& entry, milliseconds max_age) const;

  const Clock& clock_;
  LruCache<CacheEntry> entries_;
  int64_t hits_ = 0;
  runtime::ThreadAffinity affinity_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_FRESHNESS_CACHE_H_

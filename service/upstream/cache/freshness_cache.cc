// Ages and sizes of what is kept.
#include "upstream/cache/freshness_cache.h"

#include <algorithm>
#include <utility>

namespace falcon::upstream {
namespace {

// List node, index node and their share of the allocator's.
constexpr size_t kOverhead = 192;
constexpr size_t kMaxShare = 16;

}  // namespace

bool FreshnessCache::YoungEnough(const CacheEntry& kept, milliseconds staleness) const {
  const bool missing = kept.kind == CacheEntry::Kind::kNegative;
  const milliseconds most = missing ? std::min<milliseconds>(staleness, kMaxMissing) : staleness;
  return clock_.Now() - kept.at <= most;
}

bool FreshnessCache::Contains(std::string_view key, milliseconds staleness) const {
  const CacheEntry* kept = entries_.Peek(key);
  return kept != nullptr && YoungEnough(*kept, staleness);
}

const CacheEntry* FreshnessCache::Find(std::string_view key, milliseconds staleness) {
  const CacheEntry* kept =
      entries_.Find(key, [&](const CacheEntry& k) { return YoungEnough(k, staleness); });
  hits_ += kept == nullptr ? 0 : 1;
  return kept;
}

bool FreshnessCache::Keep(std::string key, CacheEntry kept) {
  if (const CacheEntry* known = entries_.Peek(key); known != nullptr && known->at > kept.at)
    return false;
  kept.text.shrink_to_fit();
  const size_t bytes = kOverhead + key.size() + kept.text.size() + kept.next.size();
  if (bytes > entries_.max_weight() / kMaxShare) {
    entries_.Erase(key);
  } else {
    entries_.Put(std::move(key), std::move(kept), bytes);
  }
  return true;
}

}  // namespace falcon::upstream

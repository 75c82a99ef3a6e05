// Ages and weights.
#include "upstream/cache/freshness_cache.h"

#include <algorithm>
#include <utility>

namespace falcon::upstream {
namespace {

// List node, index node and their share of the allocator's.
constexpr size_t kOverhead = 192;
constexpr size_t kLargestShare = 16;

}  // namespace

bool FreshnessCache::YoungEnough(const CacheEntry& entry, milliseconds max_age) const {
  const bool negative = entry.kind == CacheEntry::Kind::kNegative;
  if (negative) max_age = std::min<milliseconds>(max_age, kMaxNegativeAge);
  return clock_.Now() - entry.at <= max_age;
}

bool FreshnessCache::Contains(std::string_view key, milliseconds max_age) const {
  affinity_.Check();
  const CacheEntry* entry = entries_.Peek(key);
  return entry != nullptr && YoungEnough(*entry, max_age);
}

const CacheEntry* FreshnessCache::Find(std::string_view key, milliseconds max_age) {
  affinity_.Check();
  const CacheEntry* found =
      entries_.Find(key, [&](const CacheEntry& entry) { return YoungEnough(entry, max_age); });
  if (found != nullptr) ++hits_;
  return found;
}

bool FreshnessCache::Put(std::string key, CacheEntry entry) {
  affinity_.Check();
  const CacheEntry* known = entries_.Peek(key);
  if (known != nullptr && known->at > entry.at) return false;
  entry.text.shrink_to_fit();
  const size_t bytes = kOverhead + key.size() + entry.text.size() + entry.next.size();
  if (bytes > entries_.max_weight() / kLargestShare) {
    entries_.Erase(key);
  } else {
    entries_.Put(std::move(key), std::move(entry), bytes);
  }
  return true;
}

}  // namespace falcon::upstream

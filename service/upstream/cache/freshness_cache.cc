// A list in the order of use, and an index into it.
#include "upstream/cache/freshness_cache.h"

#include <algorithm>
#include <utility>

namespace falcon::upstream {
namespace {

// List node, index node and their share of the allocator's.
constexpr size_t kOverhead = 192;
constexpr size_t kLargestShare = 16;

}  // namespace

size_t FreshnessCache::BytesOf(const Entry& entry) {
  return kOverhead + entry.key.size() + entry.kept.text.size() + entry.kept.next.size();
}

bool FreshnessCache::YoungEnough(const CacheEntry& kept, milliseconds staleness) const {
  const bool missing = kept.kind == CacheEntry::Kind::kNegative;
  const milliseconds most = missing ? std::min<milliseconds>(staleness, kMaxMissing) : staleness;
  return clock_.Now() - kept.at <= most;
}

bool FreshnessCache::Contains(std::string_view key, milliseconds staleness) const {
  const auto found = by_key_.find(key);
  return found != by_key_.end() && YoungEnough(found->second->kept, staleness);
}

const CacheEntry* FreshnessCache::Find(std::string_view key, milliseconds staleness) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (!YoungEnough(entry->kept, staleness)) return nullptr;
  entries_.splice(entries_.begin(), entries_, entry);
  ++hits_;
  return &entry->kept;
}

bool FreshnessCache::Keep(std::string key, CacheEntry kept) {
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) {
    if (known->second->kept.at > kept.at) return false;
    Drop(known->second);
  }
  Entry entry{std::move(key), std::move(kept)};
  entry.kept.text.shrink_to_fit();
  const size_t bytes = BytesOf(entry);
  if (bytes > most_bytes_ / kLargestShare) return true;
  while (bytes_ + bytes > most_bytes_) Drop(std::prev(entries_.end()));
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
  return true;
}

void FreshnessCache::Drop(Entries::iterator entry) {
  bytes_ -= BytesOf(*entry);
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace falcon::upstream

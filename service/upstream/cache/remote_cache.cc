// Between the cache of this process and the store of all.
#include "upstream/cache/remote_cache.h"

#include <algorithm>
#include <set>
#include <utility>

#include "upstream/cache/cache_entry.pb.h"

namespace falcon::upstream {
namespace {

// A later instant could be more than the clocks' types hold.
constexpr std::chrono::hours kMaxAhead{24};

}  // namespace

std::string EncodeCacheEntry(const CacheEntry& entry, const Clock& clock) {
  const auto age = std::chrono::duration_cast<WallTime::duration>(clock.Now() - entry.at);
  const auto at = std::chrono::floor<milliseconds>(clock.WallNow() - age).time_since_epoch();
  storage::CacheEntry message;
  message.set_kind(static_cast<storage::CacheEntry::Kind>(entry.kind));
  message.set_at_ms(at.count());
  message.set_text(entry.text);
  message.set_next(entry.next);
  return message.SerializeAsString();
}

std::optional<CacheEntry> DecodeCacheEntry(std::string_view bytes, const Clock& clock) {
  storage::CacheEntry message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  if (!storage::CacheEntry::Kind_IsValid(message.kind()) || message.at_ms() <= 0) {
    return std::nullopt;
  }
  const WallTime now = clock.WallNow();
  const auto latest = std::chrono::floor<milliseconds>(now + kMaxAhead).time_since_epoch();
  const WallTime at{std::min(milliseconds(message.at_ms()), milliseconds(latest))};
  CacheEntry entry;
  entry.kind = static_cast<CacheEntry::Kind>(message.kind());
  entry.next = std::move(*message.mutable_next());
  entry.text = std::move(*message.mutable_text());
  entry.at = clock.Now() - (now - at);
  return entry;
}

RemoteCache::RemoteCache(const RemoteCacheOptions& options, FreshnessCache& cache,
                         runtime::Loop& loop, const Clock& clock)
    : store_(*options.store),
      cipher_(options.key, options.owner),
      cache_(cache),
      loop_(loop),
      clock_(clock),
      log_(*options.log) {}

Task<void> RemoteCache::Load(std::vector<std::string> keys) {
  affinity_.Check();
  const auto loaded = std::make_shared<runtime::OneShotEvent>(loop_.executor());
  std::vector<std::string> fresh;
  std::set<InFlight> awaited;
  for (std::string& key : keys) {
    const auto [entry, is_fresh] = loading_.try_emplace(key, loaded);
    awaited.insert(entry->second);
    if (is_fresh) fresh.push_back(std::move(key));
  }
  // A task of its own: a request that is cancelled takes nobody's values along.
  if (!fresh.empty()) loop_.Spawn(Fetch(std::move(fresh), loaded));
  for (const InFlight& in_flight : awaited) co_await in_flight->Wait();
}

Task<void> RemoteCache::Fetch(std::vector<std::string> keys, InFlight loaded) {
  std::vector<CacheCipher::SlotKey> slots;
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    slots.push_back(cipher_.DeriveSlotKey(key));
    names.push_back(slots.back().name);
  }
  const redis::Values sealed = co_await store_.Get(std::move(names));
  for (size_t i = 0; i < keys.size(); ++i) {
    Accept(keys[i], slots[i], sealed[i]);
    loading_.erase(keys[i]);
  }
  loaded->Set();
}

void RemoteCache::Accept(const std::string& key, const CacheCipher::SlotKey& slot,
                         const std::optional<std::string>& sealed) {
  if (!sealed.has_value()) {
    ++stats_.misses;
    return;
  }
  const std::optional<std::string> bytes = cipher_.Open(slot, *sealed);
  std::optional<CacheEntry> entry;
  if (bytes.has_value()) entry = DecodeCacheEntry(*bytes, clock_);
  if (!entry.has_value() || !SkewWithinBound(entry->at)) {
    ++stats_.refused;
    return;
  }
  ++stats_.hits;
  entry->at -= kMaxClockSkew;
  cache_.Put(key, *std::move(entry));
}

bool RemoteCache::SkewWithinBound(SteadyTime at) {
  const SteadyTime now = clock_.Now();
  const bool agreed = now >= disagree_until_;
  if (at <= now + kMaxClockSkew) return agreed;
  if (agreed) {
    const auto ahead = std::chrono::ceil<milliseconds>(at - now);
    log_.Warning("redis_clock_skew", {{"ahead_ms", ahead.count()}});
  }
  disagree_until_ = now + kTtl;
  return false;
}

void RemoteCache::Put(const std::string& key, const CacheEntry& entry) {
  if (!store_.Takes(entry.text.size())) return;
  const bool negative = entry.kind == CacheEntry::Kind::kNegative;
  const milliseconds ttl = negative ? milliseconds(FreshnessCache::kMaxNegativeAge) : kTtl;
  const CacheCipher::SlotKey slot = cipher_.DeriveSlotKey(key);
  const std::string sealed = cipher_.Seal(slot, EncodeCacheEntry(entry, clock_));
  if (!sealed.empty()) store_.Put(slot.name, sealed, ttl);
}

RemoteCacheStats RemoteCache::stats() const {
  RemoteCacheStats stats = stats_;
  const redis::StoreStats store = store_.stats();
  stats.connected = store.connected;
  stats.faults = store.faults;
  return stats;
}

}  // namespace falcon::upstream

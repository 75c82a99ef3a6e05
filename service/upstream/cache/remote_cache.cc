// Between the cache of this process and the store of all.
#include "upstream/cache/remote_cache.h"

#include <set>
#include <utility>

#include "upstream/cache/cache_entry_codec.h"

namespace falcon::upstream {

RemoteCache::RemoteCache(const RemoteCacheOptions& options, FreshnessCache& cache,
                         runtime::Loop& loop, const Clock& clock)
    : store_(*options.store),
      values_(options.key, options.owner),
      cache_(cache),
      loop_(loop),
      clock_(clock),
      log_(*options.log) {}

Task<void> RemoteCache::Load(std::vector<std::string> keys) {
  const auto landed = std::make_shared<runtime::OneShotEvent>(loop_.executor());
  std::vector<std::string> fresh;
  std::set<InFlight> landings;
  for (std::string& key : keys) {
    const auto [place, is_fresh] = on_the_way_.try_emplace(key, landed);
    landings.insert(place->second);
    if (is_fresh) fresh.push_back(std::move(key));
  }
  // A task of its own: who leaves takes nobody's values along.
  if (!fresh.empty()) loop_.Spawn(Fetch(std::move(fresh), landed));
  for (const InFlight& landing : landings) co_await landing->Wait();
}

Task<void> RemoteCache::Fetch(std::vector<std::string> keys, InFlight landed) {
  std::vector<CacheCipher::SlotKey> places;
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    places.push_back(values_.DeriveSlotKey(key));
    names.push_back(places.back().name);
  }
  const redis::Values sealed = co_await store_.Get(std::move(names));
  for (size_t i = 0; i < keys.size(); ++i) {
    Take(keys[i], places[i], sealed[i]);
    on_the_way_.erase(keys[i]);
  }
  landed->Set();
}

void RemoteCache::Take(const std::string& key, const CacheCipher::SlotKey& place,
                       const std::optional<std::string>& sealed) {
  if (!sealed.has_value()) {
    ++stats_.misses;
    return;
  }
  const std::optional<std::string> bytes = values_.Open(place, *sealed);
  std::optional<CacheEntry> kept;
  if (bytes.has_value()) kept = DecodeCacheEntry(*bytes, clock_);
  if (!kept.has_value() || !SkewWithinBound(kept->at)) {
    ++stats_.refused;
    return;
  }
  ++stats_.hits;
  kept->at -= kMaxClockSkew;
  cache_.Keep(key, *std::move(kept));
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

void RemoteCache::Put(const std::string& key, const CacheEntry& kept) {
  if (!store_.Takes(kept.text.size())) return;
  const bool missing = kept.kind == CacheEntry::Kind::kNegative;
  const milliseconds most = missing ? milliseconds(FreshnessCache::kMaxMissing) : kTtl;
  const CacheCipher::SlotKey place = values_.DeriveSlotKey(key);
  const std::string sealed = values_.Seal(place, EncodeCacheEntry(kept, clock_));
  if (!sealed.empty()) store_.Put(place.name, sealed, most);
}

RemoteCacheStats RemoteCache::stats() const {
  RemoteCacheStats stats = stats_;
  const redis::StoreStats store = store_.stats();
  stats.connected = store.connected;
  stats.faults = store.faults;
  return stats;
}

}  // namespace falcon::upstream

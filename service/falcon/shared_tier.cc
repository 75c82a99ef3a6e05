// Between the cache of this process and the store of all.
#include "falcon/shared_tier.h"

#include <set>
#include <utility>

#include "falcon/kept_codec.h"

namespace falcon {

SharedTier::SharedTier(const SharedTierOptions& options, FreshnessCache& cache, run::Loop& loop,
                       const Clock& clock)
    : store_(*options.store),
      values_(options.key, options.owner),
      cache_(cache),
      loop_(loop),
      clock_(clock),
      log_(*options.log) {}

Task<void> SharedTier::Load(std::vector<std::string> keys) {
  const auto landed = std::make_shared<run::Event>(loop_.executor());
  std::vector<std::string> fresh;
  std::set<Landing> landings;
  for (std::string& key : keys) {
    const auto [place, is_fresh] = on_the_way_.try_emplace(key, landed);
    landings.insert(place->second);
    if (is_fresh) fresh.push_back(std::move(key));
  }
  // A task of its own: who leaves takes nobody's values along.
  if (!fresh.empty()) loop_.Spawn(Fetch(std::move(fresh), landed));
  for (const Landing& landing : landings) co_await landing->Wait();
}

Task<void> SharedTier::Fetch(std::vector<std::string> keys, Landing landed) {
  std::vector<SealedValues::Place> places;
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    places.push_back(values_.PlaceOf(key));
    names.push_back(places.back().name);
  }
  const redis::Values sealed = co_await store_.Get(std::move(names));
  for (size_t i = 0; i < keys.size(); ++i) {
    Take(keys[i], places[i], sealed[i]);
    on_the_way_.erase(keys[i]);
  }
  landed->Set();
}

void SharedTier::Take(const std::string& key, const SealedValues::Place& place,
                      const std::optional<std::string>& sealed) {
  if (!sealed.has_value()) {
    ++stats_.misses;
    return;
  }
  const std::optional<std::string> bytes = values_.Open(place, *sealed);
  std::optional<Kept> kept;
  if (bytes.has_value()) kept = DecodeKept(*bytes, clock_);
  if (!kept.has_value() || !ClocksAgree(kept->at)) {
    ++stats_.refused;
    return;
  }
  ++stats_.hits;
  kept->at -= kMostSkew;
  cache_.Keep(key, *std::move(kept));
}

bool SharedTier::ClocksAgree(SteadyTime at) {
  const SteadyTime now = clock_.Now();
  const bool agreed = now >= disagree_until_;
  if (at <= now + kMostSkew) return agreed;
  if (agreed) {
    const auto ahead = std::chrono::ceil<milliseconds>(at - now);
    log_.Warning("redis_clock_skew", {{"ahead_ms", ahead.count()}});
  }
  disagree_until_ = now + kKept;
  return false;
}

void SharedTier::Put(const std::string& key, const Kept& kept) {
  if (!store_.Takes(kept.text.size())) return;
  const bool missing = kept.kind == Kept::Kind::kMissing;
  const milliseconds most = missing ? milliseconds(FreshnessCache::kMostMissing) : kKept;
  const SealedValues::Place place = values_.PlaceOf(key);
  const std::string sealed = values_.Seal(place, EncodeKept(kept, clock_));
  if (!sealed.empty()) store_.Put(place.name, sealed, most);
}

SharedTierStats SharedTier::stats() const {
  SharedTierStats stats = stats_;
  const redis::StoreStats store = store_.stats();
  stats.connected = store.connected;
  stats.faults = store.faults;
  return stats;
}

}  // namespace falcon

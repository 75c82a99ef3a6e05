// SharedTier: what replicas have learned from Falcon, shared by way of a store, and sealed there.
#ifndef FALCON_FALCON_SHARED_TIER_H_
#define FALCON_FALCON_SHARED_TIER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "falcon/freshness_cache.h"
#include "falcon/sealed_values.h"
#include "obs/log.h"
#include "redis/key_value_store.h"
#include "run/event.h"
#include "run/loop.h"

namespace falcon {

struct SharedTierOptions {
  redis::KeyValueStore* store = nullptr;  // null: there is none
  Secret key;                             // as SealedValues takes it
  std::string owner;
  obs::Log* log = nullptr;  // there is one where there is a store
};

struct SharedTierStats {
  bool connected = false;
  int64_t hits = 0;     // values that were there
  int64_t misses = 0;   // that were asked for and not there, or not in time
  int64_t refused = 0;  // that were there, and not ours, or came while clocks disagree
  int64_t faults = 0;   // of the store
};

// Loop thread only. Outlives its calls: stop the loop first.
//
// Replicas tell each other by the wall clock when an answer was young. Each answer from the store
// counts as kMostSkew older than that, so that none is older than it looks while clocks differ by no
// more. One from further in the future than kMostSkew shows that they do differ: other answers may
// be older than they look, and none is taken before kKept has passed without a further such one.
class SharedTier {
 public:
  static constexpr seconds kMostSkew{1};
  // How long answers and records stay in the store: longer than any area's default staleness.
  // Absences stay as long as they are believed.
  static constexpr std::chrono::minutes kKept{15};

  // `options` name a store and a log, which outlive it.
  SharedTier(const SharedTierOptions& options, FreshnessCache& cache, run::Loop& loop,
             const Clock& clock);

  // Brings what the store has of `keys` into the cache, whatever its age. A key that is on its way
  // already is waited for, not asked for again. Never fails, and takes as long as the store's Get.
  Task<void> Load(std::vector<std::string> keys);
  // Offers `kept` to the other replicas.
  void Put(const std::string& key, const Kept& kept);

  SharedTierStats stats() const;

 private:
  using Landing = std::shared_ptr<run::Event>;

  Task<void> Fetch(std::vector<std::string> keys, Landing landed);
  void Take(const std::string& key, const SealedValues::Place& place,
            const std::optional<std::string>& sealed);
  // Whether the clocks agree, by all that came; `at`: the latest.
  bool ClocksAgree(SteadyTime at);

  redis::KeyValueStore& store_;
  const SealedValues values_;
  FreshnessCache& cache_;
  run::Loop& loop_;
  const Clock& clock_;
  obs::Log& log_;
  SteadyTime disagree_until_ = SteadyTime::min();
  std::map<std::string, Landing> on_the_way_;
  SharedTierStats stats_;
};

}  // namespace falcon

#endif  // FALCON_FALCON_SHARED_TIER_H_

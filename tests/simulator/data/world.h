// The tenant: sizes, seed, anchor in time, and what changed since the start.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "simulator/base/options.h"
#include "simulator/base/rng.h"
#include "simulator/base/time.h"

namespace falcon::simulator {

class CaseBook;

// Records are functions of (world, index); only changes are stored. Not synchronised: the owner
// guards it.
class World {
 public:
  struct Revision {
    Nanos updated = 0;
    bool closed = false;
  };

  // `options` holds the sizes `hosts`, `alerts` and `cases`.
  World(const Options& options, Nanos anchor);

  uint64_t seed() const { return seed_; }
  Nanos anchor() const { return anchor_; }
  const std::string& cid() const { return cid_; }
  uint32_t hosts() const { return hosts_; }
  uint32_t hidden_hosts() const { return hidden_hosts_; }
  // Every n-th record has fields of a wrong type, as the flag --corrupt-every says.
  bool Corrupt(uint32_t row) const {
    return corrupt_every_ != 0 && row % corrupt_every_ == corrupt_every_ - 1;
  }
  uint32_t cases() const { return cases_; }
  // Which alerts are evidence of which case. Made when first asked for.
  const CaseBook& case_book() const;

  // Alerts run from 0 to alerts()-1: first the generated ones, then those added since.
  uint32_t base_alerts() const { return base_alerts_; }
  uint32_t alerts() const { return base_alerts_ + static_cast<uint32_t>(added_.size()); }
  bool AlertLives(uint32_t index) const { return index < alerts() && !removed_.contains(index); }
  Nanos AddedAt(uint32_t index) const { return added_[index - base_alerts_]; }
  const Revision* Changed(uint32_t index) const;

  // Counts each change of the alerts, so that caches know when they are stale.
  uint64_t version() const { return version_; }
  void AddAlerts(uint32_t count, Nanos now);
  void RemoveAlerts(uint32_t count);
  void ChangeAlerts(uint32_t count, Nanos now);

 private:
  // A live alert, chosen by the number of changes so far.
  uint32_t PickAlert();

  uint64_t seed_;
  Nanos anchor_;
  std::string cid_;
  uint32_t hosts_;
  uint32_t hidden_hosts_;
  uint32_t base_alerts_;
  uint32_t corrupt_every_;
  uint32_t cases_;
  mutable std::shared_ptr<const CaseBook> case_book_;
  uint64_t version_ = 0;
  std::vector<Nanos> added_;
  std::unordered_set<uint32_t> removed_;
  std::unordered_map<uint32_t, Revision> changed_;
};

}  // namespace falcon::simulator

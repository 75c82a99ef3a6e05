// A list in the order of use, and where each key stands in it.
#include "reputation/report_cache.h"

#include <utility>

namespace falcon::reputation {

CachedReport ReportCache::Find(const std::string& key, SteadyTime not_before) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  const Entries::iterator entry = found->second;
  const auto age = std::chrono::duration_cast<milliseconds>(clock_.Now() - entry->since);
  if (age >= (entry->report->known ? limits_.known : limits_.unknown)) {
    by_key_.erase(found);
    entries_.erase(entry);
    return {};
  }
  if (entry->since < not_before) return {};
  entries_.splice(entries_.begin(), entries_, entry);
  return {entry->report, age};
}

void ReportCache::Put(const std::string& key, std::shared_ptr<const Report> report) {
  if (const auto old = by_key_.find(key); old != by_key_.end()) {
    entries_.erase(old->second);
    by_key_.erase(old);
  }
  entries_.push_front({key, std::move(report), clock_.Now()});
  by_key_[key] = entries_.begin();
  if (entries_.size() <= limits_.entries) return;
  by_key_.erase(entries_.back().key);
  entries_.pop_back();
}

}  // namespace falcon::reputation

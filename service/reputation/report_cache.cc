// Ages of reports.
#include "reputation/report_cache.h"

#include <utility>

namespace falcon::reputation {

CachedReport ReportCache::Find(const std::string& key, SteadyTime not_before) {
  const Entry* known = entries_.Peek(key);
  if (known == nullptr) return {};
  const auto age = std::chrono::duration_cast<milliseconds>(clock_.Now() - known->since);
  if (age >= (known->report->known ? limits_.known : limits_.unknown)) {
    entries_.Erase(key);
    return {};
  }
  const Entry* entry = entries_.Find(key, [&](const Entry& e) { return e.since >= not_before; });
  if (entry == nullptr) return {};
  return {entry->report, age};
}

void ReportCache::Put(const std::string& key, std::shared_ptr<const Report> report) {
  entries_.Put(key, {std::move(report), clock_.Now()}, 1);
}

}  // namespace falcon::reputation

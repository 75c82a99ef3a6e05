// ReportCache: reports of the last hour, so that a repeated look-up costs no quota.
#ifndef FALCON_REPUTATION_REPORT_CACHE_H_
#define FALCON_REPUTATION_REPORT_CACHE_H_

#include <memory>
#include <string>
#include <utility>

#include "base/lru_cache.h"
#include "base/time.h"
#include "reputation/report.h"

namespace falcon::reputation {

struct CachedReport {
  std::shared_ptr<const Report> report;
  milliseconds age{0};
};

struct CacheLimits {
  size_t entries = 5000;  // some kilobytes each
  seconds known{3600};    // lifetime of a report
  seconds unknown{600};   // lifetime for a value that VirusTotal does not know
};

// Loop thread only. Evicts the least recently used entry.
class ReportCache {
 public:
  ReportCache(CacheLimits limits, const Clock& clock)
      : limits_(limits), clock_(clock), entries_(limits.entries) {}

  // A null report: none is cached, or it is expired or older than `not_before`.
  CachedReport Find(const std::string& key, SteadyTime not_before = SteadyTime::min()) {
    const Entry* cached = entries_.Peek(key);
    if (cached == nullptr) return {};
    const auto age = std::chrono::duration_cast<milliseconds>(clock_.Now() - cached->since);
    if (age >= (cached->report->known ? limits_.known : limits_.unknown)) {
      entries_.Erase(key);
      return {};
    }
    const Entry* entry = entries_.Find(key, [&](const Entry& e) { return e.since >= not_before; });
    return entry == nullptr ? CachedReport() : CachedReport{entry->report, age};
  }

  void Put(const std::string& key, std::shared_ptr<const Report> report) {
    entries_.Put(key, {std::move(report), clock_.Now()}, /*weight=*/1);
  }

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Report> report;
    SteadyTime since;
  };

  const CacheLimits limits_;
  const Clock& clock_;
  LruCache<Entry> entries_;
};

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_REPORT_CACHE_H_

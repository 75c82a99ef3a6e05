// ReportCache: answers of the last hour, so that a question that comes again costs no quota.
#ifndef FALCON_REPUTATION_REPORT_CACHE_H_
#define FALCON_REPUTATION_REPORT_CACHE_H_

#include <memory>
#include <string>

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
  seconds known{3600};    // how long a report is handed out
  seconds unknown{600};   // the same for a value that VirusTotal did not know
};

// Loop thread only. The entry that was not asked for longest goes first.
class ReportCache {
 public:
  ReportCache(CacheLimits limits, const Clock& clock)
      : limits_(limits), clock_(clock), entries_(limits.entries) {}

  // A null report: none, too old, or from before `not_before`.
  CachedReport Find(const std::string& key, SteadyTime not_before = SteadyTime::min());
  void Put(const std::string& key, std::shared_ptr<const Report> report);
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Report> report;
    SteadyTime since;
  };

  const CacheLimits limits_;
  const Clock& clock_;
  LruCache<Entry> entries_;  // by number
};

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_REPORT_CACHE_H_

// Client: looks indicators up at VirusTotal, by way of a cache of the last hour's reports, single
// flight and the quota.
#ifndef FALCON_REPUTATION_CLIENT_H_
#define FALCON_REPUTATION_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/lru_cache.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/http_transport.h"
#include "reputation/indicator.h"
#include "reputation/quota.h"
#include "reputation/report.h"
#include "runtime/loop.h"
#include "runtime/single_flight.h"
#include "runtime/thread_affinity.h"

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

// Reports of the last hour, so that a repeated look-up costs no quota. Evicts the least recently
// used entry. Loop thread only.
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

struct ClientOptions {
  std::string base_url = "https://www.virustotal.com";
  Secret api_key;     // empty: nothing is looked up
  bool urls = false;  // whether URLs may be looked up
  QuotaLimits quota;
  CacheLimits cache;
};

struct LookUpTerms {
  std::string caller;  // for a fair share of the quota
  Deadline deadline;
  std::shared_ptr<int> calls;  // incremented by each call that the look-up makes; may be shared
  SteadyTime not_before = SteadyTime::min();  // older cached reports are ignored
};

struct Answer {
  std::shared_ptr<const Report> report;
  milliseconds age{0};  // since VirusTotal returned it
};

// Loop thread only. Reads only: see reads.h.
class Client {
 public:
  // References outlive the client, and the client all look-ups.
  Client(ClientOptions options, http::HttpTransport& wire, runtime::Loop& loop, const Clock& clock,
         runtime::Timer& timer);

  // FAILED_PRECONDITION (REPUTATION_KEY_MISSING) without a key; the message says how to set one.
  absl::Status Ready() const;

  // The report, within the deadline. Concurrent look-ups of one indicator share one call, each
  // within its own deadline; the call counts for the caller that began it, and leaves the queue
  // when its last waiter does. 5xx and broken connections are tried once more, a 429 after its
  // pause, all within the deadline. Errors beside those of Ready, ReadReply, Quota and http/http_transport.h:
  //   INVALID_ARGUMENT  INDICATOR_INVALID  a URL where URLs are switched off
  Task<absl::StatusOr<Answer>> LookUp(Indicator indicator, LookUpTerms terms);

  bool configured() const { return !options_.api_key.empty(); }
  QuotaState quota() const { return quota_.state(); }
  int64_t calls() const { return calls_; }

 private:
  using Outcome = absl::StatusOr<std::shared_ptr<const Report>>;

  // A look-up that has waiters, or runs, or both.
  struct Flight {
    int waiters = 0;
    int running = 0;     // 0 or 1
    SteadyTime at{};     // when it may ask VirusTotal
    SteadyTime until{};  // its deadline
  };
  // Shared with the tasks, which may outlive the client.
  using FlightBook = std::map<std::string, Flight>;
  class Part;

  absl::Status Allowed(const Indicator& indicator) const;
  // The error of a waiter whose deadline passes: its `turn` is still to come, or the call is under
  // way.
  absl::Status OutOfTime(SteadyTime turn) const;
  Task<Outcome> Run(std::string key, Indicator indicator, LookUpTerms terms);
  // Waits for a turn and makes one call.
  Task<absl::StatusOr<Report>> Attempt(Flight& flight, const Indicator& indicator,
                                       const LookUpTerms& terms);
  Task<absl::StatusOr<Quota::Turn>> TakeTurn(Flight& flight, const LookUpTerms& terms);
  http::HttpRequest RequestFor(const Indicator& indicator, Deadline deadline) const;
  // A spent quota always carries retry-after.
  absl::Status WithPause(const absl::Status& failure) const;
  // Whether to try once more. A 429 starts a cooldown for all.
  bool AgainAfter(const absl::Status& failure);

  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  const ClientOptions options_;
  http::HttpTransport& wire_;
  const Clock& clock_;
  runtime::Timer& timer_;
  Quota quota_;
  ReportCache cache_;
  const std::shared_ptr<FlightBook> book_ = std::make_shared<FlightBook>();  // by key
  int refusals_ = 0;                                                         // 429 in a row
  int64_t calls_ = 0;
  runtime::SingleFlight<Outcome> flights_;
};

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_CLIENT_H_

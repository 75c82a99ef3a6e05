// ResponseCache: Falcon's answers and records, into the freshness cache and back out as documents.
#ifndef FALCON_UPSTREAM_CACHE_RESPONSE_CACHE_H_
#define FALCON_UPSTREAM_CACHE_RESPONSE_CACHE_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "json/document.h"
#include "upstream/cache/freshness_cache.h"
#include "upstream/cache/remote_cache.h"
#include "upstream/call/attempts.h"
#include "upstream/call/lookup_result.h"

namespace falcon::upstream {

// Loop thread only.
class ResponseCache {
 public:
  // `tier`: what other replicas keep; null: nothing.
  ResponseCache(FreshnessCache& cache, const Clock& clock, RemoteCache* tier)
      : cache_(cache), clock_(clock), tier_(tier) {}

  // Whether `reading` takes kept answers.
  bool AllowsCached(const Reading& reading) const;

  bool shared() const { return tier_ != nullptr; }
  // Where it is `shared`: brings over what other replicas keep of an answer, or of the records of
  // `ids`, unless it is kept here already, young enough for `reading`.
  Task<void> LoadAnswer(std::string key, const Reading& reading);
  Task<void> LoadRecords(const BatchKey& lane, std::span<const std::string> ids,
                         const Reading& reading);

  // The kept answer to `key`, young enough for `reading`, which learns its age.
  std::optional<json::Document> Answer(const std::string& key, Reading& reading);
  using Entry = std::pair<std::string, CacheEntry>;
  // What is kept of a complete answer to a call that went out at `sent`, and of the records that it
  // brings. Any thread.
  static std::vector<Entry> Write(const std::string& key, const UpstreamCall& call,
                                  const json::Document& answer, SteadyTime sent);
  void Keep(std::vector<Entry> entries);

  // What is kept of `ids`, young enough for `reading`, which learns its age; takes the others over
  // into `rest`.
  LookupResult Records(const BatchKey& lane, std::span<const std::string> ids, Reading& reading,
                       std::vector<std::string>& rest);
  // Keeps the records of a look-up, and which of `ids` are not there.
  void KeepFound(const BatchKey& lane, std::span<const std::string> ids, const LookupResult& found);

 private:
  const CacheEntry* Find(std::string_view key, const Reading& reading, SteadyTime listed_at);
  milliseconds AgeOf(SteadyTime at) const;
  Task<void> Load(std::vector<std::string> keys, milliseconds staleness);
  void Keep(std::string key, CacheEntry kept);

  FreshnessCache& cache_;
  const Clock& clock_;
  RemoteCache* tier_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_RESPONSE_CACHE_H_

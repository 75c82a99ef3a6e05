// CacheEntry: one response or record as it is cached.
#ifndef FALCON_UPSTREAM_CACHE_CACHE_ENTRY_H_
#define FALCON_UPSTREAM_CACHE_CACHE_ENTRY_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace falcon::upstream {

// JSON text takes a tenth of the memory of what it is parsed into.
struct CacheEntry {
  enum class Kind { kResponse, kRecord, kNegative };
  Kind kind = Kind::kResponse;
  // kResponse: a whole response; kRecord: one record; kNegative: the error in its place, or nothing
  // where Falcon stayed silent.
  std::string text;
  // kResponse: where the next page starts, if the body does not say it.
  std::string next;
  // When the request was sent that brought it.
  SteadyTime at{};
};

// Bytes for other replicas, whose steady clocks have nothing in common: with the instant by the
// wall clock, in whole milliseconds, rounded down, so that no entry becomes younger.
std::string EncodeCacheEntry(const CacheEntry& entry, const Clock& clock);
// What EncodeCacheEntry was given, as old as it is by now. An instant in the future, where the wall
// clock of the writer is ahead, is at most a day ahead. Nullopt: not of this form.
std::optional<CacheEntry> DecodeCacheEntry(std::string_view bytes, const Clock& clock);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_CACHE_ENTRY_H_

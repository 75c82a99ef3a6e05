// What is kept, as bytes: for replicas whose steady clocks have nothing in common.
#ifndef FALCON_UPSTREAM_CACHE_CACHE_ENTRY_CODEC_H_
#define FALCON_UPSTREAM_CACHE_CACHE_ENTRY_CODEC_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "upstream/cache/freshness_cache.h"

namespace falcon::upstream {

// With the instant by the wall clock, in whole milliseconds, rounded down: never younger.
std::string EncodeCacheEntry(const CacheEntry& kept, const Clock& clock);

// What EncodeCacheEntry was given, as old as it is by now: of the future, where the wall clock of the one
// that wrote it is ahead, but never by more than a day. Nullopt: it is not of this form.
std::optional<CacheEntry> DecodeCacheEntry(std::string_view bytes, const Clock& clock);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CACHE_CACHE_ENTRY_CODEC_H_

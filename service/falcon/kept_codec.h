// What is kept, as bytes: for replicas whose steady clocks have nothing in common.
#ifndef FALCON_FALCON_KEPT_CODEC_H_
#define FALCON_FALCON_KEPT_CODEC_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "falcon/freshness_cache.h"

namespace falcon {

// With the instant by the wall clock, in whole milliseconds, rounded down: never younger.
std::string EncodeKept(const Kept& kept, const Clock& clock);

// What EncodeKept was given, as old as it is by now: of the future, where the wall clock of the one
// that wrote it is ahead, but never by more than a day. Nullopt: it is not of this form.
std::optional<Kept> DecodeKept(std::string_view bytes, const Clock& clock);

}  // namespace falcon

#endif  // FALCON_FALCON_KEPT_CODEC_H_

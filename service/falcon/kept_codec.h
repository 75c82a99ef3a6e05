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

// What EncodeKept was given, as old as it is by now. Nullopt: it is from the future, by more than
// `most_skew`, or not of this form. By less: it is as of now.
std::optional<Kept> DecodeKept(std::string_view bytes, const Clock& clock, milliseconds most_skew);

}  // namespace falcon

#endif  // FALCON_FALCON_KEPT_CODEC_H_

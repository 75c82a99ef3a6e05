// Whole numbers of flags, within bounds.
#ifndef FALCON_CONFIG_NUMBER_H_
#define FALCON_CONFIG_NUMBER_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "config/problems.h"

namespace falcon::config {

// The number that `text` spells out, from `least` to `most`; nullopt, and one more problem, for any
// other text.
std::optional<size_t> Number(std::string_view flag, std::string_view text, size_t least,
                             size_t most, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_NUMBER_H_

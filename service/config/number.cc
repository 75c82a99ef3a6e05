// Digits and nothing else.
#include "config/number.h"

#include <charconv>

namespace falcon::config {

std::optional<size_t> Number(std::string_view flag, std::string_view text, size_t least,
                             size_t most, Problems& problems) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && number >= least && number <= most) return number;
  problems.Add(flag, StrCat("must be a whole number from ", least, " to ", most));
  return std::nullopt;
}

}  // namespace falcon::config

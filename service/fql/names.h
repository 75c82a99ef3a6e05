// Guesses at the name or word that was meant.
#ifndef FALCON_FQL_NAMES_H_
#define FALCON_FQL_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

namespace falcon::fql {

// "; nearest: `device.hostname`": a known name that is `name` in another case, means the same, ends
// in it after a dot, is a typo away, or goes on where it ends. Empty if there is none.
std::string NearestName(std::string_view name, const std::vector<std::string_view>& known);

// "`low`, `medium` or `high`", at most 12 of them.
std::string Enumerate(const std::vector<std::string>& words);

}  // namespace falcon::fql

#endif  // FALCON_FQL_NAMES_H_

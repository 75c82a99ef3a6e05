// Guesses at the name or word that was meant.
#ifndef FALCON_FQL_NAMES_H_
#define FALCON_FQL_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

namespace falcon::fql {

// The last level of a field's name: `hostname` of `device.hostname`.
std::string_view LastLevel(std::string_view name);

// Whether a field called `name` is a device's id.
bool HoldsDeviceIds(std::string_view name);

// Known names that `name` may stand for, the likeliest first, at most 8: the same in another case
// or with other separators, the same device id, the same last level, a typo away, another word for
// the same fact, or the only one that goes on where `name` ends.
std::vector<std::string_view> Suggestions(std::string_view name,
                                          const std::vector<std::string_view>& known);

// "; nearest: `device.hostname`", the first of the suggestions. Empty if there is none.
std::string NearestName(std::string_view name, const std::vector<std::string_view>& known);

// The known word that `word` is a near miss of: other case or separators, or an edit distance of 1
// in up to five letters and of 2 in more. Empty if there is none.
std::string_view NearMiss(std::string_view word, const std::vector<std::string>& known);

// "`low`, `medium` or `high`", at most 12 of them.
std::string Enumerate(const std::vector<std::string>& words);

}  // namespace falcon::fql

#endif  // FALCON_FQL_NAMES_H_

// Suggests the name or word that was meant.
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

// Known names that `name` may mean, the likeliest first, at most 8: the same in another case or
// with other separators, another name of the device id, the same last level, a typo, a synonym, or
// the only name that `name` is a prefix of.
std::vector<std::string_view> Suggestions(std::string_view name,
                                          const std::vector<std::string_view>& known);

// "; nearest: `device.hostname`", the first of the suggestions. Empty if there is none.
std::string NearestName(std::string_view name, const std::vector<std::string_view>& known);

// The known word that `word` nearly matches: in another case or with other separators, or by an
// edit distance of 1 in up to five letters and of 2 in more. Empty: none.
std::string_view NearMiss(std::string_view word, const std::vector<std::string>& known);

// "`low`, `medium` or `high`", at most 12 of them.
std::string Enumerate(const std::vector<std::string>& words);

}  // namespace falcon::fql

#endif  // FALCON_FQL_NAMES_H_

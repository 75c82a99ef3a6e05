// Text comparisons of FQL: stars and the folding behind "~".
#pragma once

#include <string>
#include <string_view>

namespace falcon::simulator::fql {

// `*` stands for any run of characters, anywhere.
bool Glob(std::string_view pattern, std::string_view text);
// A star counts only as first or last character, and not as both.
bool PrefixOrSuffix(std::string_view pattern, std::string_view text);
// Equal for texts that differ in letter case only.
std::string FoldCase(std::string_view text);
// The same, with blanks and punctuation dropped.
std::string Fold(std::string_view text);

}  // namespace falcon::simulator::fql

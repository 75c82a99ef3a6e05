// Letter case of names in any script, by ICU.
#ifndef FALCON_BASE_LETTER_CASE_H_
#define FALCON_BASE_LETTER_CASE_H_

#include <string>
#include <string_view>

namespace falcon {

// Equal for two texts if and only if they differ in nothing but case and in how accents are
// composed: Unicode's canonical caseless match. Not for people to read.
std::string FoldCase(std::string_view text);

// In no language's special rules. Bytes that are not UTF-8 become U+FFFD.
std::string UpperCase(std::string_view text);
std::string LowerCase(std::string_view text);

}  // namespace falcon

#endif  // FALCON_BASE_LETTER_CASE_H_

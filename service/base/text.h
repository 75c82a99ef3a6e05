// Text: the seam between std::string_view, which our APIs speak, and Debian's absl::string_view,
// which is another type; letter case, UTF-8, what is safe to show, near misses, and device ids.
#ifndef FALCON_BASE_TEXT_H_
#define FALCON_BASE_TEXT_H_

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace falcon {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

namespace text_internal {
template <class T>
decltype(auto) Piece(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return ToAbsl(std::string_view(value));
  } else {
    return value;
  }
}
}  // namespace text_internal

// absl::StrCat for std::string_view, strings and numbers.
template <class... Parts>
std::string StrCat(const Parts&... parts) {
  return absl::StrCat(text_internal::Piece(parts)...);
}

// ASCII lower case.
std::string Lower(std::string_view text);

// Without the ASCII white space around it.
std::string_view Trimmed(std::string_view text);

// All of `text` as a number in decimals. Nullopt: it is none, or out of range.
template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

// ASCII case does not count.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// The longest start of `text` of at most `max_bytes` that does not end inside a UTF-8 character.
std::string_view Utf8Prefix(std::string_view text, size_t max_bytes);

// One step through UTF-8. A byte that is not UTF-8 is one step with `valid` false and the byte as
// its value.
struct CodePoint {
  char32_t value = 0;
  size_t bytes = 1;
  bool valid = true;
};
CodePoint DecodeAt(std::string_view text, size_t at);

// Whether a character can steer a terminal or deceive a reader: controls, line separators, bidi and
// other format characters, everything that Unicode lets a font leave out, noncharacters.
bool IsHostile(char32_t character);

// Columns that a character takes on a terminal: 0, 1 or 2.
size_t ColumnsOf(char32_t character);

inline constexpr size_t kNoLimit = std::string_view::npos;

// Shows hostile characters as \u{XXXX} and bytes that are not UTF-8 as \x{XX}, so that text from
// Falcon cannot act on a terminal, a log or a reader. Drops nothing; a backslash stays as it is.
// Cuts after `max_bytes` of output and appends "...".
std::string EscapeUnsafe(std::string_view text, size_t max_bytes = 4096);

// The candidate with the least edit distance to `word`, if it is near enough to be a typo; else
// empty.
template <class Range>
std::string_view Nearest(std::string_view word, const Range& candidates);

// Edits (insert, delete, replace, swap of neighbours) between two words, ASCII case ignored.
int EditDistance(std::string_view a, std::string_view b);

template <class Range>
std::string_view Nearest(std::string_view word, const Range& candidates) {
  std::string_view best;
  int best_distance = static_cast<int>(word.size()) / 3 + 2;
  for (const auto& candidate : candidates) {
    const std::string_view text = candidate;
    const size_t longer = std::max(word.size(), text.size());
    const size_t shorter = std::min(word.size(), text.size());
    if (longer - shorter >= static_cast<size_t>(best_distance)) continue;  // as many edits at least
    const int distance = EditDistance(word, text);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

// Equal for two texts if and only if they differ in nothing but case and in how accents are
// composed: Unicode's canonical caseless match. Not for people to read.
std::string FoldCase(std::string_view text);

// In no language's special rules. Bytes that are not UTF-8 become U+FFFD.
std::string UpperCase(std::string_view text);
std::string LowerCase(std::string_view text);

// So many hexadecimal digits, and nothing else.
bool IsHex(std::string_view text, size_t digits);

// Device ids as callers write them: 32 hexadecimal digits in any case, or `<cid>_<device id>` of
// twice as many, as Spotlight and Discover join them to the customer's id.
bool IsDeviceId(std::string_view text);
bool IsJoinedDeviceId(std::string_view text);

// The device's own part in lower case, as Falcon's calls take it. Other text: in lower case.
std::string DeviceId(std::string_view text);

}  // namespace falcon

#endif  // FALCON_BASE_TEXT_H_

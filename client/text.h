// Small text helpers of the clients: joining, cases, wrapping, and the nearest known word.
#ifndef FALCON_CLIENT_TEXT_H_
#define FALCON_CLIENT_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace falcon::client {

namespace text_internal {
inline void Append(std::string& out, std::string_view part) { out.append(part); }
inline void Append(std::string& out, char part) { out.push_back(part); }
template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, char>)
void Append(std::string& out, T part) {
  out.append(std::to_string(part));
}
}  // namespace text_internal

// Strings, characters and whole numbers, one after the other.
template <class... Parts>
std::string StrCat(const Parts&... parts) {
  std::string out;
  (text_internal::Append(out, parts), ...);
  return out;
}

// ASCII cases.
std::string Lower(std::string_view text);
std::string Upper(std::string_view text);

std::string Replace(std::string_view text, char from, char to);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);

// Parts between separators, without blanks around them; empty parts are left out.
std::vector<std::string> Split(std::string_view text, char separator);

// Lines of at most `width` characters, broken at blanks; a longer word stands alone. Paragraphs
// stay apart.
std::vector<std::string> Wrap(std::string_view text, size_t width);

// 1234567 -> "1,234,567".
std::string Grouped(int64_t number);

// The candidate with the fewest edits from `word`, if it is near enough to be a typo; else empty.
// ASCII case does not count.
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_TEXT_H_

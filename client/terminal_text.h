// Text from Falcon made harmless for a terminal, and how wide text stands there.
#ifndef FALCON_CLIENT_TERMINAL_TEXT_H_
#define FALCON_CLIENT_TERMINAL_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace falcon::client {

// One step through UTF-8. A byte that is not UTF-8 is one step with `valid` false and the byte as
// its value.
struct CodePoint {
  char32_t value = 0;
  size_t bytes = 1;
  bool valid = true;
};
CodePoint DecodeAt(std::string_view text, size_t at);

// Whether a character can steer a terminal or deceive a reader: controls (C0, DEL, C1), bidi,
// zero-width and other invisible characters, variation selectors, tags.
bool IsHostile(char32_t character);

// Shows hostile characters as \u{XXXX} and bytes that are not UTF-8 as \x{XX}. Drops nothing; a
// backslash stays as it is.
std::string EscapeUnsafe(std::string_view text);

// As one word of a shell, in single quotes.
std::string ShellWord(std::string_view text);

// Columns that text (already escaped) takes on a terminal.
size_t DisplayWidth(std::string_view text);

// Text of at most `width` columns; what is cut is marked by an ellipsis.
std::string Truncate(std::string_view text, size_t width);

// Blanks behind (or before) the text up to `width` columns.
std::string PadRight(std::string_view text, size_t width);
std::string PadLeft(std::string_view text, size_t width);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_TERMINAL_TEXT_H_

// Text for people: joined, wrapped, escaped, and measured for a terminal; instants and spans of
// time.
#ifndef FALCON_CLIENT_TEXT_H_
#define FALCON_CLIENT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/text.h"

namespace falcon::client {

// ASCII upper case.
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

// As falcon::Nearest, which the result outlives.
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);

// As falcon::EscapeUnsafe, however long: what is printed is not cut.
std::string EscapeUnsafe(std::string_view text);

// As one word of a shell, in single quotes.
std::string ShellWord(std::string_view text);

// Columns that escaped text takes on a terminal.
size_t DisplayWidth(std::string_view text);

// Text of at most `width` columns; an ellipsis marks a cut.
std::string Truncate(std::string_view text, size_t width);

// The same with an ellipsis in the middle, two thirds behind it: ids differ in their ends.
std::string TruncateMiddle(std::string_view text, size_t width);

// "2026-05-28T20:26:40Z", fractions only where there are any.
std::string InstantText(absl::Time instant);

// "12 s ago", "5 min ago", "3 h ago", "12 d ago", beyond 60 days the date; "in 3 h" for what is to
// come.
std::string RelativeText(absl::Time instant, absl::Time now);

// "1 h 3 min", "29 min 59 s", "0.25 s".
std::string SpanText(absl::Duration span);

// A number and a unit: ms, s, m (or min), h, d, w. Unset if it is none or negative.
std::optional<absl::Duration> ParseSpan(std::string_view text);

// RFC 3339, without zone read as UTC; a date alone, at its start in UTC; a span such as 7d, counted
// back from now; "now".
std::optional<absl::Time> ParseInstant(std::string_view text, absl::Time now);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_TEXT_H_

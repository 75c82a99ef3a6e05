// Words of FQL: names, quoted text, bare words and numbers.
#include "fql/scanner.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/error.h"
#include "base/text.h"
#include "fql/advice.h"

namespace falcon::fql {
namespace {

constexpr std::string_view kNoStarEscape =
    "`\\*` is no escape: FQL has no way to write a literal star";
// Shown of what stands at an error.
constexpr size_t kExcerptBytes = 32;

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsFieldChar(char c) { return IsAlnum(c) || c == '_' || c == '-'; }
bool EndsBareWord(char c) {
  return std::string_view(" +,()[]'\"").find(c) != std::string_view::npos;
}

bool IsBareChar(char c) {
  const bool non_ascii = static_cast<unsigned char>(c) >= 0x80;
  return non_ascii || IsFieldChar(c) || c == '.' || c == '/' || c == '@';
}

// Also true of dashes and other typographic signs, which no bare word needs; never of letters.
bool HasTypographicQuote(std::string_view word) {
  return word.find("\xE2\x80") != std::string_view::npos;
}

bool LooksLikeDate(std::string_view word) {
  return word.size() >= 8 && std::all_of(word.begin(), word.begin() + 4, IsDigit) &&
         word[4] == '-' && IsDigit(word[5]) && IsDigit(word[6]);
}

size_t DigitsFrom(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

}  // namespace

void Scanner::SkipBlanks() {
  while (Peek() == ' ') ++position_;
}

bool Scanner::Take(std::string_view token) {
  if (!Rest().starts_with(token)) return false;
  position_ += token.size();
  return true;
}

absl::StatusOr<std::string> Scanner::TakeField() {
  const size_t start = position_;
  while (IsFieldChar(Peek())) {
    while (IsFieldChar(Peek())) ++position_;
    const bool level_follows = Rest().size() > 1 && Peek() == '.' && IsFieldChar(Rest()[1]);
    if (level_follows) ++position_;
  }
  if (position_ == start) {
    return Fail(SyntaxFault::Place::kField, "a field name or '('", AdviceAtField(Rest()));
  }
  return std::string(text_.substr(start, position_ - start));
}

absl::StatusOr<std::string> Scanner::TakeQuoted() {
  const size_t start = position_;
  const char quote = text_[position_++];
  std::string value;
  while (!AtEnd() && Peek() != quote) {
    if (Peek() == '\\') {
      const std::string_view next = Rest().substr(1);
      if (next.starts_with('*')) return FailAt(position_, kNoStarEscape);
      // Of a path that was not escaped, it stands for itself.
      const bool escape =
          next.empty() || std::string_view("'\"\\").find(next[0]) != std::string_view::npos;
      if (escape) ++position_;
      if (AtEnd()) break;
    }
    value += text_[position_++];
  }
  if (AtEnd()) {
    return FailAt(start,
                  StrCat("the quote ", text_.substr(start, 1),
                         " opened here is never closed; inside a value a quote is written \\' "
                         "and a backslash \\\\"));
  }
  ++position_;
  return value;
}

absl::StatusOr<Value> Scanner::TakeBare(std::string_view field) {
  if (const std::string_view number = TakeNumber(); !number.empty()) {
    return Value(Number{std::string(number)});
  }
  size_t end = position_;
  while (end < text_.size() && !EndsBareWord(text_[end])) ++end;
  const std::string_view word = text_.substr(position_, end - position_);
  const bool bare = std::all_of(word.begin(), word.end(), IsBareChar);
  if (word.empty() || !bare || HasTypographicQuote(word) || LooksLikeDate(word)) {
    const std::string_view expected = LooksLikeDate(word)
                                          ? "a date in quotes"
                                          : (word.empty() ? "a value" : "quotes around this value");
    return Fail(SyntaxFault::Place::kValue, expected, AdviceAtValue(field, Rest()));
  }
  position_ = end;
  if (EqualsIgnoringCase(word, "null")) return Value(Null{});
  if (word == "true" || word == "false") return Value(word == "true");
  return Value(std::string(word));
}

// A JSON number that ends where a bare word would; else takes nothing.
std::string_view Scanner::TakeNumber() {
  const std::string_view rest = Rest();
  size_t end = rest.starts_with('-') ? 1 : 0;
  const size_t whole = DigitsFrom(rest, end);
  if (whole == 0 || (whole > 1 && rest[end] == '0')) return {};
  end += whole;
  if (end < rest.size() && rest[end] == '.') {
    const size_t fraction = DigitsFrom(rest, end + 1);
    if (fraction == 0) return {};
    end += 1 + fraction;
  }
  if (end < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
    const bool sign = end + 1 < rest.size() && (rest[end + 1] == '+' || rest[end + 1] == '-');
    const size_t exponent = DigitsFrom(rest, end + 1 + sign);
    if (exponent == 0) return {};
    end += 1 + sign + exponent;
  }
  if (end < rest.size() && !EndsBareWord(rest[end])) return {};
  position_ += end;
  return rest.substr(0, end);
}

absl::Status Scanner::Fail(SyntaxFault::Place place, std::string_view expected,
                           std::string_view advice, std::string_view field) const {
  const std::string found =
      AtEnd() ? "the end" : StrCat("`", EscapeUnsafe(FirstWord(Rest()), kExcerptBytes), "`");
  const std::string problem = StrCat("found ", found, ", expected ", expected);
  absl::Status status = FailAt(position_, StrCat(problem, advice.empty() ? "" : "; ", advice));
  fault_.place = place;
  fault_.field = std::string(field);
  fault_.problem = StrCat("at byte ", position_, ": ", problem);
  return status;
}

absl::Status Scanner::FailAt(size_t position, std::string_view problem) const {
  fault_.position = position;
  fault_.problem = StrCat("at byte ", position, ": ", problem);
  return WithMetadata(InvalidField(field_name_, fault_.problem, "FQL_INVALID"), kPosition,
                      StrCat(position));
}

}  // namespace falcon::fql

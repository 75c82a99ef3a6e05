// One edit for one mistake. Whoever shows the outcome parses and checks it first.
#include "fql/syntax_repair.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "base/text.h"
#include "fql/advice.h"
#include "fql/expression.h"

namespace falcon::fql {
namespace {

std::string Replaced(std::string_view text, size_t begin, size_t bytes, std::string_view with) {
  const size_t end = std::min(begin + bytes, text.size());
  return StrCat(text.substr(0, begin), with, text.substr(end));
}

size_t BlanksAt(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(' ', at), text.size()) - at;
}

// "%27" and the like, where the whole text is encoded.
std::optional<std::string> Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool encoded = text[i] == '%' && i + 2 < text.size() &&
                         absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                         absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]));
    if (!encoded) {
      decoded += text[i];
      continue;
    }
    decoded += absl::HexStringToBytes({text.data() + i + 1, 2});
    i += 2;
  }
  return decoded;
}

// `sign` and the value behind it, as FQL writes them after a colon.
std::optional<std::string> ComparisonRepaired(std::string_view text, size_t at, size_t bytes,
                                              std::string_view sign, std::string_view colon) {
  const size_t start = at + bytes + BlanksAt(text, at + bytes);
  const std::string_view value = FirstWord(text.substr(start));
  const bool list = value.starts_with('[');
  if (value.empty() || (!list && std::string_view("+,()]:<>=!~").find(value[0]) != value.npos)) {
    return std::nullopt;
  }
  if (list) return Replaced(text, at, start - at, StrCat(colon, sign));
  return Replaced(text, at, start + value.size() - at, StrCat(colon, sign, AsLiteral(value)));
}

// "in ('a','b')" after a name.
std::optional<std::string> InRepaired(std::string_view text, size_t at) {
  const size_t open = at + 2 + BlanksAt(text, at + 2);
  const size_t close = text.find(')', open);
  if (open >= text.size() || text[open] != '(' || close == text.npos) return std::nullopt;
  return Replaced(text, at, close + 1 - at,
                  StrCat(":[", text.substr(open + 1, close - open - 1), "]"));
}

// "!field:x" and "NOT field:x": the sign goes behind the colon.
std::optional<std::string> NegationRepaired(std::string_view text, size_t at, size_t field) {
  const size_t colon = text.find(':', field);
  const std::string_view name = text.substr(field, colon - field);
  const bool plain = colon != text.npos && !name.empty() &&
                     name.find_first_of(" +,()[]'\"!") == std::string_view::npos;
  if (!plain || text.substr(colon + 1).starts_with('!')) return std::nullopt;
  return Replaced(text, at, colon + 1 - at, StrCat(name, ":!"));
}

std::optional<std::string> FieldRepaired(std::string_view text, size_t at) {
  if (text[at] == '!') return NegationRepaired(text, at, at + 1 + BlanksAt(text, at + 1));
  if (text[at] != '\'' && text[at] != '"') return std::nullopt;
  const std::string_view quoted = FirstWord(text.substr(at));
  if (quoted.size() < 3) return std::nullopt;
  return Replaced(text, at, quoted.size(), quoted.substr(1, quoted.size() - 2));
}

std::optional<std::string> ColonRepaired(std::string_view text, const SyntaxFault& fault) {
  const std::string_view rest = text.substr(fault.position);
  if (EqualsIgnoringCase(fault.field, "not")) {
    const size_t at = text.rfind(fault.field, fault.position);
    return at == text.npos ? std::nullopt : NegationRepaired(text, at, fault.position);
  }
  if (EqualsIgnoringCase(FirstWord(rest), "in")) return InRepaired(text, fault.position);
  const std::optional<Comparison> comparison = ComparisonAt(rest);
  if (!comparison.has_value()) return std::nullopt;
  return ComparisonRepaired(text, fault.position, comparison->bytes, comparison->sign, ":");
}

// Up to the quote that closes a typographic one.
std::optional<std::string> TypographicRepaired(std::string_view text, size_t at) {
  constexpr size_t kQuoteBytes = 3;
  size_t end = at + kQuoteBytes;
  while (end < text.size() && !IsTypographicQuote(text.substr(end))) ++end;
  if (end >= text.size()) return std::nullopt;
  const std::string_view inside = text.substr(at + kQuoteBytes, end - at - kQuoteBytes);
  return Replaced(text, at, end + kQuoteBytes - at, Quoted(inside));
}

std::optional<std::string> ValueRepaired(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  if (IsTypographicQuote(rest)) return TypographicRepaired(text, at);
  if (rest.starts_with('=')) {
    const std::optional<Comparison> comparison = ComparisonAt(rest);
    if (!comparison.has_value()) return std::nullopt;
    return ComparisonRepaired(text, at, comparison->bytes, comparison->sign, "");
  }
  const std::string_view word = LongWord(rest);
  if (word.empty() || std::string_view("<>=!~*").find(word[0]) != word.npos) return std::nullopt;
  return Replaced(text, at, word.size(), Quoted(word));
}

// A pattern, or a star alone, without quotes.
std::string StarRepaired(std::string_view text, size_t at) {
  const std::string_view word = LongWord(text.substr(at));
  const bool alone = word.empty() || word.starts_with('+');
  return alone ? Replaced(text, at, 0, "'*'") : Replaced(text, at, word.size(), Quoted(word));
}

std::optional<std::string> JointRepaired(std::string_view text, size_t at) {
  const std::string_view word = FirstWord(text.substr(at));
  const std::string_view joint = JointFor(word);
  if (joint.empty()) return std::nullopt;
  return Replaced(text, at, word.size(), joint);
}

}  // namespace

std::optional<std::string> Repaired(std::string_view text, const SyntaxFault& fault) {
  const size_t at = fault.position;
  if (fault.place == SyntaxFault::Place::kStar) return StarRepaired(text, at);
  if (fault.place == SyntaxFault::Place::kElsewhere || at >= text.size()) return std::nullopt;
  if (IsPercentEncoded(text.substr(at))) return Decoded(text);
  switch (fault.place) {
    case SyntaxFault::Place::kField:
      return FieldRepaired(text, at);
    case SyntaxFault::Place::kColon:
      return ColonRepaired(text, fault);
    case SyntaxFault::Place::kValue:
      return ValueRepaired(text, at);
    case SyntaxFault::Place::kJoint:
      return JointRepaired(text, at);
    case SyntaxFault::Place::kStar:
    case SyntaxFault::Place::kElsewhere:
      break;
  }
  return std::nullopt;
}

}  // namespace falcon::fql

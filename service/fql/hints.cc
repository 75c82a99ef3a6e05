// A hint is a guess: callers parse and check mended text before they show it.
#include <algorithm>

#include "absl/strings/escaping.h"
#include "base/text.h"
#include "fql/expression.h"
#include "fql/parser.h"

namespace falcon::fql {

namespace {

// Of text in an example.
constexpr size_t kExampleBytes = 64;

struct Habit {
  std::string_view written;
  std::string_view fql;
};
// Longer ones first: the first that fits is taken.
constexpr Habit kComparisons[] = {
    {"!==", "!"}, {"===", ""},  {"!=", "!"},  {"<>", "!"},  {"==", ""},
    {"=~", "~"},  {"!~", "!~"}, {"=>", ">="}, {"=<", "<="}, {">=", ">="},
    {"<=", "<="}, {"=", ""},    {">", ">"},   {"<", "<"},   {"~", "~"},
};
constexpr Habit kComparisonWords[] = {
    {"is", ""},    {"eq", ""},  {"equals", ""}, {"ne", "!"},       {"like", "~"},    {"gt", ">"},
    {"gte", ">="}, {"lt", "<"}, {"lte", "<="},  {"contains", "~"}, {"matches", "~"},
};

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [word](std::string_view one) { return EqualsIgnoringCase(word, one); });
}

std::string_view TrimLeft(std::string_view text) {
  const size_t start = text.find_first_not_of(' ');
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

constexpr std::string_view kDecode = "this text is percent-encoded: send it decoded";

struct Comparison {
  size_t bytes = 0;
  std::string_view token;  // FQL's, behind the colon
};

bool IsPercentEncoded(std::string_view text) {
  return text.starts_with('%') && IsHex(text.substr(1, 2), 2);
}
bool IsTypographicQuote(std::string_view text) {
  return text.starts_with("\xE2\x80\x98") || text.starts_with("\xE2\x80\x99") ||
         text.starts_with("\xE2\x80\x9C") || text.starts_with("\xE2\x80\x9D");
}

// Everything up to where a value in a condition can end, a zone offset in a date included.
std::string_view LongWord(std::string_view text) {
  return text.substr(0, std::min(text.find_first_of(" ,()[]'\""), text.size()));
}

// How another language compares at the start of `rest`: `!=`, `like`.
std::optional<Comparison> ComparisonAt(std::string_view rest) {
  for (const Habit& habit : kComparisons) {
    if (rest.starts_with(habit.written)) return Comparison{habit.written.size(), habit.fql};
  }
  const std::string_view word = FirstWord(rest);
  for (const Habit& habit : kComparisonWords) {
    if (EqualsIgnoringCase(word, habit.written)) return Comparison{word.size(), habit.fql};
  }
  return std::nullopt;
}

// FQL's joint for `word`, which another language joins conditions with; empty if it is none.
std::string_view JointFor(std::string_view word) {
  if (IsOneOf(word, {"and", "&&", "&", ";"})) return "+";
  return IsOneOf(word, {"or", "||", "|"}) ? "," : "";
}

// `word` quoted as an FQL literal, unless it is quoted text, a number, true, false or null already.
std::string AsLiteral(std::string_view word) {
  const bool number = word.find_first_not_of("0123456789.") == std::string_view::npos;
  const bool quoted = word.starts_with('\'') || word.starts_with('"');
  if (number || quoted || word == "true" || word == "false" || word == "null") {
    return std::string(word);
  }
  return Quoted(word);
}

// "write status:!'new'", from what follows the operator in the other language.
std::string Rewrite(std::string_view field, std::string_view token, std::string_view rest) {
  const std::string_view value = FirstWord(TrimLeft(rest));
  const std::string literal = value.empty() ? "'x'" : AsLiteral(value);
  return StrCat("write ", EscapeUnsafe(field, kExampleBytes), ":", token,
                EscapeUnsafe(literal, kExampleBytes));
}

std::string Replaced(std::string_view text, size_t begin, size_t bytes, std::string_view with) {
  const size_t end = std::min(begin + bytes, text.size());
  return StrCat(text.substr(0, begin), with, text.substr(end));
}

size_t BlanksAt(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(' ', at), text.size()) - at;
}

// "%27" and the like, where the whole text is encoded.
std::string Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsPercentEncoded(text.substr(i))) {
      decoded += text[i];
      continue;
    }
    decoded += absl::HexStringToBytes({text.data() + i + 1, 2});
    i += 2;
  }
  return decoded;
}

// `token` and the value behind it, as FQL writes them after a colon.
std::optional<std::string> ComparisonRepaired(std::string_view text, size_t at, size_t bytes,
                                              std::string_view token, std::string_view colon) {
  const size_t start = at + bytes + BlanksAt(text, at + bytes);
  const std::string_view value = FirstWord(text.substr(start));
  const bool list = value.starts_with('[');
  if (value.empty() || (!list && std::string_view("+,()]:<>=!~").find(value[0]) != value.npos)) {
    return std::nullopt;
  }
  if (list) return Replaced(text, at, start - at, StrCat(colon, token));
  return Replaced(text, at, start + value.size() - at, StrCat(colon, token, AsLiteral(value)));
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
  return ComparisonRepaired(text, fault.position, comparison->bytes, comparison->token, ":");
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
    return ComparisonRepaired(text, at, comparison->bytes, comparison->token, "");
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

std::string_view FirstWord(std::string_view text) {
  if (text.empty()) return text;
  if (text[0] == '\'' || text[0] == '"') {
    size_t end = 1;
    while (end < text.size() && text[end] != text[0]) end += text[end] == '\\' ? 2 : 1;
    return text.substr(0, std::min(end + 1, text.size()));
  }
  const size_t end = text.find_first_of(" +,()[]'\"");
  return text.substr(0, std::max<size_t>(std::min(end, text.size()), 1));
}

std::string HintAtField(std::string_view rest) {
  if (IsPercentEncoded(rest)) return std::string(kDecode);
  if (rest.starts_with('!')) {
    const std::string_view field = rest.substr(1, rest.find(':') - 1);
    const bool name = field.find_first_of(" +,()[]'\"") == std::string_view::npos;
    return StrCat("the ! stands after the colon: ",
                  name ? EscapeUnsafe(field, kExampleBytes) : "field", ":!'x'");
  }
  if (rest.starts_with('\'') || rest.starts_with('"')) return "field names stand without quotes";
  return "";
}

std::string HintAtColon(std::string_view field, std::string_view rest) {
  if (IsPercentEncoded(rest)) return std::string(kDecode);
  if (IsOneOf(field, {"not"})) return "the ! stands after the colon: field:!'x'";
  if (const std::optional<Comparison> comparison = ComparisonAt(rest)) {
    return Rewrite(field, comparison->token, rest.substr(comparison->bytes));
  }
  if (IsOneOf(FirstWord(rest), {"in"})) {
    return StrCat("write ", EscapeUnsafe(field, kExampleBytes), ":['x','y']");
  }
  return "a condition is written field:'value'";
}

std::string HintAtValue(std::string_view field, std::string_view rest) {
  if (IsPercentEncoded(rest)) return std::string(kDecode);
  if (IsTypographicQuote(rest)) return "typographic quotes do not count: write '";
  const std::optional<Comparison> comparison = ComparisonAt(rest);
  if (rest.starts_with('=') && comparison.has_value()) {
    return Rewrite(field, comparison->token, rest.substr(comparison->bytes));
  }
  const std::string_view word = LongWord(rest);
  if (word.empty() || word[0] == '+') return "";
  if (std::string_view("<>=!~*").find(word[0]) != std::string_view::npos) {
    return "the operators are ! ~ !~ > >= < <= * !* and, for equality, none";
  }
  return StrCat("write ", EscapeUnsafe(Quoted(word), kExampleBytes));
}

std::string HintAtJoint(std::string_view before, std::string_view rest) {
  if (IsPercentEncoded(rest)) return std::string(kDecode);
  const std::string_view word = FirstWord(rest);
  if (JointFor(word) == "+") return "write + for AND: a:'x'+b:'y'";
  if (JointFor(word) == ",") return "write , for OR: a:'x',b:'y'";
  if (IsOneOf(word, {"not"})) return "the ! stands after the colon: a:'x'+b:!'y'";
  if (word == ")") return "no '(' is open here";
  if (word == "]") return "no '[' is open here";
  if (word == "+") return "a list separates its values by commas";
  if (rest.starts_with('\'') || rest.starts_with('"') || before.ends_with('\'')) {
    return "a quote inside a value is written \\'";
  }
  if (rest.empty()) return "";
  return "conditions are joined by + (and) or , (or); a value with blanks stands in quotes";
}

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

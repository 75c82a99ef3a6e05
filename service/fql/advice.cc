// What people and programs that know other query languages write, and how FQL says it.
#include "fql/advice.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "fql/expression.h"

namespace falcon::fql {
namespace {

// Of a value that an example repeats.
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

// "write status:!'new'", from what follows the sign in the other language.
std::string Rewrite(std::string_view field, std::string_view sign, std::string_view rest) {
  const std::string_view value = FirstWord(TrimLeft(rest));
  const std::string literal = value.empty() ? "'x'" : AsLiteral(value);
  return StrCat("write ", EscapeUnsafe(field, kExampleBytes), ":", sign,
                EscapeUnsafe(literal, kExampleBytes));
}

}  // namespace

bool IsPercentEncoded(std::string_view text) {
  const auto hex = [&](size_t i) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(text[i]));
  };
  return text.size() >= 3 && text[0] == '%' && hex(1) && hex(2);
}
bool IsTypographicQuote(std::string_view text) {
  return text.starts_with("\xE2\x80\x98") || text.starts_with("\xE2\x80\x99") ||
         text.starts_with("\xE2\x80\x9C") || text.starts_with("\xE2\x80\x9D");
}

std::string_view LongWord(std::string_view text) {
  return text.substr(0, std::min(text.find_first_of(" ,()[]'\""), text.size()));
}

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

std::string_view JointFor(std::string_view word) {
  if (IsOneOf(word, {"and", "&&", "&", ";"})) return "+";
  return IsOneOf(word, {"or", "||", "|"}) ? "," : "";
}

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

std::string AsLiteral(std::string_view word) {
  const bool number = word.find_first_not_of("0123456789.") == std::string_view::npos;
  const bool quoted = word.starts_with('\'') || word.starts_with('"');
  if (number || quoted || word == "true" || word == "false" || word == "null") {
    return std::string(word);
  }
  return Quoted(word);
}

std::string AdviceAtField(std::string_view rest) {
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

std::string AdviceAtColon(std::string_view field, std::string_view rest) {
  if (IsPercentEncoded(rest)) return std::string(kDecode);
  if (IsOneOf(field, {"not"})) return "the ! stands after the colon: field:!'x'";
  if (const std::optional<Comparison> comparison = ComparisonAt(rest)) {
    return Rewrite(field, comparison->sign, rest.substr(comparison->bytes));
  }
  if (IsOneOf(FirstWord(rest), {"in"})) {
    return StrCat("write ", EscapeUnsafe(field, kExampleBytes), ":['x','y']");
  }
  return "a condition is written field:'value'";
}

std::string AdviceAtValue(std::string_view field, std::string_view rest) {
  if (IsPercentEncoded(rest)) return std::string(kDecode);
  if (IsTypographicQuote(rest)) return "typographic quotes do not count: write '";
  const std::optional<Comparison> comparison = ComparisonAt(rest);
  if (rest.starts_with('=') && comparison.has_value()) {
    return Rewrite(field, comparison->sign, rest.substr(comparison->bytes));
  }
  const std::string_view word = LongWord(rest);
  if (word.empty() || word[0] == '+') return "";
  if (std::string_view("<>=!~*").find(word[0]) != std::string_view::npos) {
    return "the operators are ! ~ !~ > >= < <= * !* and, for equality, none";
  }
  return StrCat("write ", EscapeUnsafe(Quoted(word), kExampleBytes));
}

std::string AdviceAtJoint(std::string_view before, std::string_view rest) {
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

}  // namespace falcon::fql

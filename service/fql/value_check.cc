// What works where. Each refusal names the spelling that works, because Falcon itself would answer with no rows.
#include "fql/value_check.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "fql/dates.h"
#include "fql/names.h"

namespace falcon::fql {
namespace {

using Problem = std::optional<std::string>;

constexpr size_t kShownBytes = 64;

bool IsEquality(Operator op) { return op == Operator::kEqual || op == Operator::kNotEqual; }
bool IsRange(Operator op) {
  return op == Operator::kGreater || op == Operator::kGreaterOrEqual || op == Operator::kLess ||
         op == Operator::kLessOrEqual;
}
bool IsMatch(Operator op) { return op == Operator::kMatches || op == Operator::kNotMatches; }
bool IsStar(Operator op) { return op == Operator::kWildcard || op == Operator::kNotWildcard; }
bool IsNegation(Operator op) {
  return op == Operator::kNotEqual || op == Operator::kNotMatches || op == Operator::kNotWildcard;
}

std::string Shown(std::string_view text) { return EscapeHostile(Quoted(text), kShownBytes); }

// "hostname:!~'x'"
std::string Spelling(const Field& field, std::string_view sign, std::string_view literal) {
  return Cat(field.name, ":", sign, literal);
}

std::string WithoutStars(std::string_view text) {
  std::string bare(text);
  std::erase(bare, '*');
  return bare;
}

// How `field` can search for a part of `text`, or that it cannot.
std::string SearchAdvice(const Field& field, bool negated, std::string_view text) {
  const std::string bare = WithoutStars(text);
  if (field.array) return "; elements are compared exactly";
  if (bare.empty()) return "";
  if (field.text_match) {
    return Cat("; write ", Spelling(field, negated ? "!~" : "~", Shown(bare)));
  }
  if (field.wildcard == v1::WILDCARD_OPERATOR) {
    return Cat("; write ", Spelling(field, negated ? "!*" : "*", Shown(Cat("*", bare, "*"))));
  }
  if (field.wildcard == v1::WILDCARD_ANYWHERE) {
    return Cat("; write ", Spelling(field, negated ? "!" : "", Shown(Cat("*", bare, "*"))));
  }
  if (field.wildcard == v1::WILDCARD_PREFIX_OR_SUFFIX) {
    return Cat("; write ", Spelling(field, negated ? "!" : "", Shown(Cat(bare, "*"))));
  }
  return "; it is compared exactly";
}

const std::string* FirstText(const Condition& condition) {
  return condition.values.empty() ? nullptr : std::get_if<std::string>(&condition.values.front());
}

Problem ListProblem(const Field& field, Operator op) {
  if (!IsEquality(op)) return Cat("a list works with : and :! only");
  if (field.kind == v1::FQL_KIND_TIMESTAMP || field.kind == v1::FQL_KIND_BOOLEAN) {
    return Cat("`", field.name, "` takes one value, not a list");
  }
  return std::nullopt;
}

Problem StarOperatorProblem(const Field& field, const Condition& condition) {
  const std::string* text = FirstText(condition);
  if (field.wildcard != v1::WILDCARD_OPERATOR) {
    const bool inside = field.wildcard == v1::WILDCARD_ANYWHERE ||
                        field.wildcard == v1::WILDCARD_PREFIX_OR_SUFFIX;
    if (!inside) {
      return Cat("`", field.name, "` takes no star",
                 SearchAdvice(field, IsNegation(condition.op), text == nullptr ? "" : *text));
    }
    return Cat("the star of `", field.name, "` stands inside the quotes: ",
               Spelling(field, IsNegation(condition.op) ? "!" : "",
                        Shown(text == nullptr ? "x*" : *text)));
  }
  return std::nullopt;
}

// A star in a value that is compared for equality.
Problem StarProblem(const Field& field, const Condition& condition, const std::string& text) {
  const bool negated = IsNegation(condition.op);
  const auto search = [&] { return SearchAdvice(field, negated, text); };
  if (field.wildcard == v1::WILDCARD_UNSPECIFIED) {
    return Cat("`", field.name, "` takes no star", search());
  }
  if (condition.list) {
    return Cat("a list compares exactly, stars included; write one condition a pattern: (",
               Spelling(field, "", "'a*'"), ",", Spelling(field, "", "'b*'"), ")");
  }
  const bool bare = WithoutStars(text).empty();
  if (bare && field.wildcard != v1::WILDCARD_ANYWHERE) {
    return Cat("`", field.name, "` takes no star alone; put text beside it");
  }
  if (field.wildcard == v1::WILDCARD_OPERATOR) {
    return Cat("the star of `", field.name, "` stands before the quotes too: ",
               Spelling(field, negated ? "!*" : "*", Shown(text)));
  }
  if (field.wildcard == v1::WILDCARD_PREFIX_OR_SUFFIX) {
    const bool at_one_end = std::count(text.begin(), text.end(), '*') == 1 &&
                            (text.front() == '*' || text.back() == '*');
    if (!at_one_end) {
      return Cat("`", field.name, "` takes one star, first or last in the value", search());
    }
  }
  return std::nullopt;
}

bool IsHexId(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Problem IdProblem(const Field& field, std::string_view text) {
  const auto named = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), field.name) != names.end();
  };
  if (named({"device_id", "agent_id", "device.device_id", "aid"}) && !IsHexId(text)) {
    const std::string lower = Lower(text);
    return Cat("`", field.name, "` is 32 hexadecimal digits in lower case, not ", Shown(text),
               IsHexId(lower) ? Cat("; write ", Quoted(lower)) : "");
  }
  if (named({"composite_id"}) && std::count(text.begin(), text.end(), ':') < 2) {
    return Cat("`composite_id` is <cid>:<kind>:<agent id>:<rest>, not ", Shown(text));
  }
  return std::nullopt;
}

Problem WordProblem(const Field& field, const std::string& text) {
  const bool known = std::find(field.values.begin(), field.values.end(), text) != field.values.end();
  if (field.values.empty() || known) return std::nullopt;
  for (const std::string& word : field.values) {
    if (EqualsIgnoringCase(word, text)) {
      return Cat("`", field.name, "` says ", Shown(word), ", not ", Shown(text));
    }
  }
  const std::vector<std::string_view> words(field.values.begin(), field.values.end());
  return Cat("`", field.name, "` is never ", Shown(text), NearestName(text, words), "; it is ",
             Enumerate(field.values));
}

Problem TextProblem(const Field& field, const Condition& condition, const std::string& text) {
  const bool star = text.find('*') != std::string::npos;
  if (IsMatch(condition.op)) {
    if (WithoutStars(text).empty()) return Cat("`~` needs text to look for");
    if (!star) return std::nullopt;
    return Cat("`~` finds parts without a star; write ",
               Spelling(field, IsNegation(condition.op) ? "!~" : "~", Shown(WithoutStars(text))));
  }
  if (IsStar(condition.op)) {
    const std::string bare = WithoutStars(text);
    if (bare.empty()) return Cat("`", field.name, "` takes no star alone; put text beside it");
    if (star) return std::nullopt;
    return Cat("a pattern needs a star inside the quotes too: ",
               Spelling(field, IsNegation(condition.op) ? "!*" : "*", Shown(Cat("*", bare, "*"))));
  }
  if (IsRange(condition.op)) {
    return star ? Problem("a range takes no star") : std::nullopt;
  }
  if (star) return StarProblem(field, condition, text);
  const bool empty_is_word =
      std::find(field.values.begin(), field.values.end(), "") != field.values.end();
  if (text.empty() && !empty_is_word) {
    if (condition.op == Operator::kNotEqual) return std::nullopt;
    return Cat("empty text can match every record; write ", Spelling(field, "", "null"),
               " for an absent value");
  }
  if (const Problem problem = IdProblem(field, text)) return problem;
  return WordProblem(field, text);
}

bool IsNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t dot = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (dot == std::string_view::npos) return digits(text);
  return digits(text.substr(0, dot)) && digits(text.substr(dot + 1));
}

std::string Raw(const Value& value) {
  if (const Number* number = std::get_if<Number>(&value)) return number->digits;
  if (const bool* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  return std::holds_alternative<Null>(value) ? "null" : std::get<std::string>(value);
}

Problem NumberProblem(const Field& field, const Condition& condition, const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  if (std::holds_alternative<Number>(value) || (text != nullptr && IsNumber(*text))) {
    return std::nullopt;
  }
  const bool pattern = text != nullptr && IsEquality(condition.op) &&
                       text->find('*') != std::string::npos;
  if (pattern) return StarProblem(field, condition, *text);
  return Cat("`", field.name, "` is a number, not ", Shown(Raw(value)));
}

Problem BooleanProblem(const Field& field, const Condition& condition, const Value& value) {
  if (std::holds_alternative<bool>(value)) return std::nullopt;
  const std::string lower = Lower(Raw(value));
  const bool meant = lower == "true" || lower == "false";
  return Cat("`", field.name, "` is true or false, without quotes",
             meant ? Cat("; write ", Spelling(field, IsNegation(condition.op) ? "!" : "", lower))
                   : Cat(", not ", Shown(Raw(value))));
}

Problem TimestampProblem(const Field& field, const Value& value) {
  const std::string raw = Raw(value);
  const bool text = std::holds_alternative<std::string>(value);
  if (text && IsInstant(raw)) return std::nullopt;
  return Cat("`", field.name, "`: ", InstantProblem(raw));
}

}  // namespace

Problem OperatorProblem(const Field& field, const Condition& condition) {
  const bool negated = IsNegation(condition.op);
  const std::string* text = FirstText(condition);
  if (condition.list) {
    if (Problem problem = ListProblem(field, condition.op)) return problem;
  }
  if (IsRange(condition.op) && !field.ordered) {
    return Cat("`", field.name, "` has no order: > >= < <= do not work on it");
  }
  if (IsMatch(condition.op) && !field.text_match) {
    return Cat("`~` does not work on `", field.name, "`",
               SearchAdvice(field, negated, text == nullptr ? "" : *text));
  }
  return IsStar(condition.op) ? StarOperatorProblem(field, condition) : std::nullopt;
}

Problem ValueProblem(const Field& field, const Condition& condition, const Value& value) {
  if (std::holds_alternative<Null>(value)) {
    if (IsEquality(condition.op)) return std::nullopt;
    return Cat("null works with : and :! only");
  }
  switch (field.kind) {
    case v1::FQL_KIND_NUMBER:
      return NumberProblem(field, condition, value);
    case v1::FQL_KIND_BOOLEAN:
      return BooleanProblem(field, condition, value);
    case v1::FQL_KIND_TIMESTAMP:
      return TimestampProblem(field, value);
    default:
      break;
  }
  if (const std::string* text = std::get_if<std::string>(&value)) {
    return TextProblem(field, condition, *text);
  }
  return Cat("`", field.name, "` is text; write ", Shown(Raw(value)), " in its quotes");
}

}  // namespace falcon::fql

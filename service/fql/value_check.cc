// What works where. Each refusal names the spelling that works, because Falcon itself would answer
// with no rows.
#include "fql/value_check.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "fql/dates.h"
#include "fql/names.h"
#include "fql/star_check.h"

namespace falcon::fql {
namespace {

bool IsEquality(Operator op) { return op == Operator::kEqual || op == Operator::kNotEqual; }
bool IsRange(Operator op) {
  return op == Operator::kGreater || op == Operator::kGreaterOrEqual || op == Operator::kLess ||
         op == Operator::kLessOrEqual;
}
bool IsMatch(Operator op) { return op == Operator::kMatches || op == Operator::kNotMatches; }
bool IsStar(Operator op) { return op == Operator::kWildcard || op == Operator::kNotWildcard; }

const std::string* FirstText(const Condition& condition) {
  return condition.values.empty() ? nullptr : std::get_if<std::string>(&condition.values.front());
}

Problem ListProblem(const Field& field, Operator op) {
  if (!IsEquality(op)) return "a list works with : and :! only";
  if (!field.lists) return Cat("`", field.name, "` takes one value, not a list");
  return std::nullopt;
}

// "`x` takes `...` only": what is left where equality or negation does not work.
Problem EqualityProblem(const Field& field, const Condition& condition) {
  if (!IsEquality(condition.op)) return std::nullopt;
  if (!field.equality) {
    return Cat("`", field.name, "` is compared by > >= < <= only",
               field.text_match ? ", or by ~" : "");
  }
  const std::string* text = FirstText(condition);
  if (field.list_only && !condition.list && text != nullptr) {
    return Cat("`", field.name, "` takes its values in brackets; write ",
               Spelling(field, IsNegation(condition.op) ? "!" : "", Cat("[", Shown(*text), "]")));
  }
  return std::nullopt;
}

bool IsHexId(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Of an asset without a sensor: <cid>_<hash>.
bool IsAssetId(std::string_view text) {
  return text.size() > 33 && IsHexId(text.substr(0, 32)) && text[32] == '_';
}

// CVE-2021-44228.
bool IsCveId(std::string_view text) {
  const auto digits = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return text.size() >= 13 && EqualsIgnoringCase(text.substr(0, 4), "CVE-") &&
         digits(text.substr(4, 4)) && text[8] == '-' && digits(text.substr(9));
}

Problem IdProblem(const Field& field, std::string_view text) {
  const auto named = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), field.name) != names.end();
  };
  const bool host_id = named({"device_id", "agent_id", "device.device_id", "aid", "host.aid"});
  if (host_id && !IsHexId(text) && !(field.name == "aid" && IsAssetId(text))) {
    const std::string lower = Lower(text);
    return Cat("`", field.name, "` is 32 hexadecimal digits in lower case, not ", Shown(text),
               IsHexId(lower) ? Cat("; write ", Quoted(lower)) : "");
  }
  if (named({"cve.id"}) && !IsCveId(text)) {
    return Cat("`cve.id` is such as 'CVE-2021-44228', not ", Shown(text));
  }
  if (named({"composite_id"}) && std::count(text.begin(), text.end(), ':') < 2) {
    return Cat("`composite_id` is <cid>:<kind>:<agent id>:<rest>, not ", Shown(text));
  }
  return std::nullopt;
}

Problem WordProblem(const Field& field, const std::string& text) {
  const bool known =
      std::find(field.values.begin(), field.values.end(), text) != field.values.end();
  if (field.values.empty() || known) return std::nullopt;
  for (const std::string& word : field.values) {
    if (EqualsIgnoringCase(word, text)) {
      return Cat("`", field.name, "` minds case: write ", Shown(word), ", not ", Shown(text));
    }
  }
  const std::vector<std::string_view> words(field.values.begin(), field.values.end());
  return Cat("`", field.name, "` is never ", Shown(text), NearestName(text, words), "; it is ",
             Enumerate(field.values));
}

Problem TextProblem(const Field& field, const Condition& condition, const std::string& text) {
  const bool star = text.find('*') != std::string::npos;
  if (IsMatch(condition.op)) {
    const std::string_view piece = LongestPiece(text);
    if (piece.empty()) return "`~` needs text to look for";
    if (!star) return std::nullopt;
    return Cat("`~` finds parts without a star; write ",
               Spelling(field, IsNegation(condition.op) ? "!~" : "~", Shown(piece)));
  }
  if (IsStar(condition.op)) return PatternProblem(field, condition, text);
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
  const bool pattern =
      text != nullptr && IsEquality(condition.op) && text->find('*') != std::string::npos;
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

Problem EpochProblem(const Field& field, const Value& value) {
  const std::string raw = Raw(value);
  if (std::holds_alternative<Number>(value) && raw.find_first_of(".-") == std::string::npos) {
    return std::nullopt;
  }
  const bool relative = std::holds_alternative<std::string>(value) && raw.starts_with("now");
  if (relative && IsInstant(raw)) return std::nullopt;
  return Cat("`", field.name,
             "` is in whole seconds since 1970, without quotes, such as 1767225600,",
             " or relative, such as 'now-7d'; not ", Shown(raw));
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
  if (!field.filterable) return Cat("`", field.name, "` only orders lists; no filter names it");
  if (negated && !field.negation) return Cat("`", field.name, "` cannot be negated");
  if (Problem problem = EqualityProblem(field, condition)) return problem;
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
  if (condition.op == Operator::kNotMatches && !field.negated_match) {
    return Cat("`!~` does not work on `", field.name, "`; `:!` and `~` do");
  }
  return IsStar(condition.op) ? StarOperatorProblem(field, condition) : std::nullopt;
}

Problem ValueProblem(const Field& field, const Condition& condition, const Value& value) {
  if (std::holds_alternative<Null>(value)) {
    if (IsEquality(condition.op)) return std::nullopt;
    return "null works with : and :! only";
  }
  switch (field.kind) {
    case v1::FQL_KIND_NUMBER:
      return NumberProblem(field, condition, value);
    case v1::FQL_KIND_BOOLEAN:
      return BooleanProblem(field, condition, value);
    case v1::FQL_KIND_TIMESTAMP:
      return TimestampProblem(field, value);
    case v1::FQL_KIND_EPOCH_SECONDS:
      return EpochProblem(field, value);
    default:
      break;
  }
  if (const std::string* text = std::get_if<std::string>(&value)) {
    return TextProblem(field, condition, *text);
  }
  const std::string raw = Raw(value);
  if (Problem problem = WordProblem(field, raw)) return problem;
  return Cat("`", field.name, "` is text, which stands in quotes; write ", Shown(raw));
}

}  // namespace falcon::fql

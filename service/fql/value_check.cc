// Falcon itself returns no rows for most of what is refused here.
#include "fql/value_check.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "fql/names.h"
#include "fql/normal_form.h"

namespace falcon::fql {
namespace {

constexpr size_t kShownBytes = 64;

const std::string* FirstText(const Condition& condition) {
  return condition.values.empty() ? nullptr : std::get_if<std::string>(&condition.values.front());
}

// `condition` with another operator and value.
Condition Instead(const Condition& condition, Operator op, Value value) {
  Condition fix{.field = condition.field, .op = op, .values = {std::move(value)}};
  fix.position = condition.position;
  return fix;
}

// The longest run of `text` without a star.
std::string LongestPiece(std::string_view text) {
  std::string_view longest;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, text.find('*'));
    if (piece.size() > longest.size()) longest = piece;
    text.remove_prefix(std::min(piece.size() + 1, text.size()));
  }
  return std::string(longest);
}

// Conditions that search the field for a part of the text.
std::vector<Condition> SearchFixes(const Field& field, const Condition& condition) {
  if (field.kind != options::v1::FQL_KIND_STRING) return {};
  const std::string* text = FirstText(condition);
  const std::string piece = text == nullptr ? "" : LongestPiece(*text);
  if (piece.empty()) return {};
  const bool negated = IsNegation(condition.op);
  return {Instead(condition, negated ? Operator::kNotMatches : Operator::kMatches, piece),
          Instead(condition, negated ? Operator::kNotWildcard : Operator::kWildcard,
                  StrCat("*", piece, "*"))};
}

std::string ExactOnly(const Field& field) {
  const bool parts = field.text_match || field.wildcard != options::v1::WILDCARD_UNSPECIFIED;
  if (parts) return "";
  return field.array ? "; elements are compared exactly" : "; it is compared exactly";
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

// The condition with each of its texts changed by `change`.
template <class Change>
Condition WithTexts(const Condition& condition, Change change) {
  Condition fix = condition;
  for (Value& value : fix.values) {
    if (std::string* text = std::get_if<std::string>(&value)) *text = change(*text);
  }
  return fix;
}

Problem IdProblem(const Field& field, const Condition& condition, std::string_view text) {
  const auto named = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), field.name) != names.end();
  };
  const bool host_id = named({"device_id", "agent_id", "device.device_id", "aid", "host.aid"});
  if (host_id && !IsHexId(text) && !(field.name == "aid" && IsAssetId(text))) {
    const std::string lower = Lower(text);
    return Finding(
        StrCat("`", field.name, "` is 32 hexadecimal digits in lower case, not ",
               QuoteForMessage(text), IsHexId(lower) ? StrCat("; write ", Quoted(lower)) : ""),
        {WithTexts(condition, Lower)}, /*says_all=*/true);
  }
  if (named({"cve.id", "cve.id.insensitive"}) && !IsCveId(text)) {
    return StrCat("`", field.name, "` is such as 'CVE-2021-44228', not ", QuoteForMessage(text));
  }
  if (named({"composite_id"}) && std::count(text.begin(), text.end(), ':') < 2) {
    return StrCat("`composite_id` is <cid>:<kind>:<agent id>:<rest>, not ", QuoteForMessage(text));
  }
  return std::nullopt;
}

bool Knows(const Field& field, std::string_view word) {
  return std::any_of(field.values.begin(), field.values.end(), [&](const std::string& known) {
    return field.insensitive ? EqualsIgnoringCase(known, word) : known == word;
  });
}

// A near miss of a known word. Other unknown words may be new in Falcon.
Problem WordProblem(const Field& field, const Condition& condition, const std::string& text) {
  if (field.values.empty() || Knows(field, text)) return std::nullopt;
  const std::string_view near = NearMiss(text, field.values);
  if (near.empty()) return std::nullopt;
  const Condition fix = WithTexts(condition, [&field](const std::string& word) {
    const bool known = Knows(field, word);
    const std::string_view meant = known ? std::string_view() : NearMiss(word, field.values);
    return meant.empty() ? word : std::string(meant);
  });
  if (EqualsIgnoringCase(near, text)) {
    return Finding(StrCat("`", field.name, "` minds case: write ", QuoteForMessage(near), ", not ",
                          QuoteForMessage(text)),
                   {fix},
                   /*says_all=*/true);
  }
  return Finding(StrCat("`", field.name, "` is never ", QuoteForMessage(text), "; nearest: `", near,
                        "`; it is ", Enumerate(field.values)),
                 {fix}, /*says_all=*/true);
}

Problem PatternProblem(const Field& field, const Condition& condition, const std::string& text) {
  if (text.find('*') != std::string::npos) return std::nullopt;
  if (text.empty()) return StrCat("`", field.name, "`: a star needs text beside it");
  return Finding("a pattern needs a star inside the quotes too",
                 {Instead(condition, condition.op, StrCat("*", text, "*"))});
}

// Of text that is compared for equality. ANYWHERE: a star alone means "any value", and with !
// "unassigned" and the like.
Problem StarProblem(const Field& field, const Condition& condition) {
  if (field.wildcard != options::v1::WILDCARD_UNSPECIFIED) return std::nullopt;
  return Finding(StrCat("`", field.name, "` takes no star", ExactOnly(field)),
                 SearchFixes(field, condition));
}

Problem MatchProblem(const Condition& condition, const std::string& text) {
  const std::string piece = LongestPiece(text);
  if (piece.empty()) return Finding("`~` needs text to look for");
  if (text.find('*') == std::string::npos) return std::nullopt;
  return Finding("`~` finds parts without a star", {Instead(condition, condition.op, piece)});
}

Problem TextProblem(const Field& field, const Condition& condition, const std::string& text) {
  const bool star = text.find('*') != std::string::npos;
  if (IsMatch(condition.op)) return MatchProblem(condition, text);
  if (IsStar(condition.op) || IsMatchWildcard(condition.op)) {
    return PatternProblem(field, condition, text);
  }
  if (IsRange(condition.op)) return star ? Problem(Finding("a range takes no star")) : std::nullopt;
  if (star) return StarProblem(field, condition);
  if (text.empty() && !Knows(field, "")) {
    if (condition.op == Operator::kNotEqual) return std::nullopt;
    return Finding("empty text can match every record; null is an absent value",
                   {Instead(condition, condition.op, Null())});
  }
  if (Problem problem = IdProblem(field, condition, text)) return problem;
  return WordProblem(field, condition, text);
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
  const bool star = text != nullptr && text->find('*') != std::string::npos;
  if (star && IsEquality(condition.op)) return StarProblem(field, condition);
  const bool pattern = IsStar(condition.op) || IsMatchWildcard(condition.op);
  if (star && pattern) return PatternProblem(field, condition, *text);
  return StrCat("`", field.name, "` is a number, not ", QuoteForMessage(Raw(value)));
}

Problem BooleanProblem(const Field& field, const Condition& condition, const Value& value) {
  if (std::holds_alternative<bool>(value)) return std::nullopt;
  const std::string lower = Lower(Raw(value));
  const bool meant = lower == "true" || lower == "false";
  std::vector<Condition> fixes;
  if (meant) fixes.push_back(Instead(condition, condition.op, lower == "true"));
  return Finding(StrCat("`", field.name, "` is true or false, not ", QuoteForMessage(Raw(value))),
                 std::move(fixes));
}

Problem EpochProblem(const Field& field, const Condition& condition, const Value& value) {
  const std::string raw = Raw(value);
  const bool text = std::holds_alternative<std::string>(value);
  if (std::holds_alternative<Number>(value) && raw.find_first_of(".-") == std::string::npos) {
    return std::nullopt;
  }
  if (text && raw.starts_with("now") && IsInstant(raw)) return std::nullopt;
  std::vector<Condition> fixes;
  const std::optional<std::string> repaired = text ? RepairedInstant(raw) : std::nullopt;
  if (repaired.has_value()) fixes.push_back(Instead(condition, condition.op, *repaired));
  return Finding(
      StrCat("`", field.name, "` is in whole seconds since 1970, such as 1767225600, or ",
             "relative, such as 'now-7d'; not ", QuoteForMessage(raw)),
      std::move(fixes));
}

Problem TimestampProblem(const Field& field, const Condition& condition, const Value& value) {
  const std::string raw = Raw(value);
  const bool text = std::holds_alternative<std::string>(value);
  if (text && IsInstant(raw)) return std::nullopt;
  const std::string problem =
      StrCat("`", field.name, "`: `", EscapeUnsafe(raw, kShownBytes), "` is no instant");
  if (const auto repaired = RepairedInstant(raw)) {
    return Finding(problem, {Instead(condition, condition.op, *repaired)});
  }
  return StrCat(problem, ", such as '2025-01-31T10:20:30Z', '2025-01-31', 'now-24h' or 'now-7d'");
}

// Of a value that is neither null nor text, on a field of text.
Problem FlagProblem(const Field& field, const Condition& condition, const Value& value) {
  const bool flag = Raw(value) == "true";
  const std::string said = flag ? "yes" : "no";
  std::string literal = Raw(value);
  for (const std::string& word : field.values) {
    if (EqualsIgnoringCase(word, said)) literal = word;
  }
  return Finding(StrCat("`", field.name, "` is text, which stands in quotes"),
                 {Instead(condition, condition.op, literal)});
}

}  // namespace

std::string QuoteForMessage(std::string_view text) {
  return EscapeUnsafe(Quoted(text), kShownBytes);
}

Problem OperatorProblem(const Field& field, const Condition& condition) {
  const bool negated = IsNegation(condition.op);
  if (!field.filterable) return StrCat("`", field.name, "` only orders lists; no filter names it");
  if (negated && !field.negation) return StrCat("`", field.name, "` cannot be negated");
  if (IsEquality(condition.op) && !field.equality) {
    return StrCat("`", field.name, "` is compared by > >= < <= only",
                  field.text_match ? ", or by ~" : "");
  }
  if (condition.list && !IsEquality(condition.op)) {
    return Finding("a range takes one value, not a list");
  }
  if (condition.list && !field.lists) {
    return StrCat("`", field.name, "` takes at most 100 values in a list");
  }
  if (IsRange(condition.op) && !field.ordered) {
    return StrCat("`", field.name, "` has no order: > >= < <= do not work on it");
  }
  if (IsMatch(condition.op) && !field.text_match) {
    return Finding(StrCat("`~` does not work on `", field.name, "`", ExactOnly(field)),
                   SearchFixes(field, condition));
  }
  if (condition.op == Operator::kNotMatches && !field.negated_match) {
    return Finding(StrCat("`!~` does not work on `", field.name, "`; `:!` and `~` do"),
                   SearchFixes(field, condition));
  }
  const bool stars = field.wildcard != options::v1::WILDCARD_UNSPECIFIED;
  if ((IsStar(condition.op) && !stars) ||
      (IsMatchWildcard(condition.op) && !stars && !field.text_match)) {
    return StarProblem(field, condition);
  }
  return std::nullopt;
}

Problem ValueProblem(const Field& field, const Condition& condition, const Value& value) {
  if (std::holds_alternative<Null>(value)) {
    if (IsEquality(condition.op)) return std::nullopt;
    return Finding("null works with : and :! only");
  }
  switch (field.kind) {
    case options::v1::FQL_KIND_NUMBER:
      return NumberProblem(field, condition, value);
    case options::v1::FQL_KIND_BOOLEAN:
      return BooleanProblem(field, condition, value);
    case options::v1::FQL_KIND_TIMESTAMP:
      return TimestampProblem(field, condition, value);
    case options::v1::FQL_KIND_EPOCH_SECONDS:
      return EpochProblem(field, condition, value);
    default:
      break;
  }
  const std::string* text = std::get_if<std::string>(&value);
  return text == nullptr ? FlagProblem(field, condition, value)
                         : TextProblem(field, condition, *text);
}

bool IsUnknownWord(const Field& field, const Condition& condition, const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  return text != nullptr && IsEquality(condition.op) && !field.values.empty() && !text->empty() &&
         text->find('*') == std::string::npos && !Knows(field, *text);
}

}  // namespace falcon::fql

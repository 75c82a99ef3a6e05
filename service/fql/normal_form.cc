// Rewrites conditions without changing what they mean. Reads instants strictly: Falcon returns 200
// without rows for one that it does not understand.
#include "fql/normal_form.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "base/text.h"
#include "fql/names.h"

namespace falcon::fql {
namespace {

// Longer text is not repaired.
constexpr size_t kMaxInstantBytes = 64;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// An absolute instant, and which parts of it were written.
struct ParsedInstant {
  absl::Time at;
  size_t minutes_end = 0;  // after the minutes; 0: a date alone
  bool has_seconds = false;
  bool has_zone = false;
};

std::string Completed(std::string_view text, const ParsedInstant& written) {
  return StrCat(text.substr(0, written.minutes_end), written.has_seconds ? "" : ":00",
                text.substr(written.minutes_end), written.has_zone ? "" : "Z");
}

// A date, or a date and a time of day with or without seconds and zone.
std::optional<ParsedInstant> Read(std::string_view text) {
  std::string form(text);
  std::replace_if(form.begin(), form.end(), IsDigit, 'd');
  std::string_view rest = form;
  const auto take = [&rest](std::string_view part) {
    const bool here = rest.starts_with(part);
    if (here) rest.remove_prefix(part.size());
    return here;
  };
  ParsedInstant written;
  if (!take("dddd-dd-dd")) return std::nullopt;
  std::string whole = StrCat(text, "T00:00:00Z");
  if (!rest.empty()) {
    if (!take("Tdd:dd")) return std::nullopt;
    written.minutes_end = text.size() - rest.size();
    written.has_seconds = take(":dd");
    if (written.has_seconds && take(".")) {
      const size_t digits = std::min(rest.find_first_not_of('d'), rest.size());
      if (digits < 1 || digits > 9) return std::nullopt;
      rest.remove_prefix(digits);
    }
    written.has_zone = take("Z") || take("+dd:dd") || take("-dd:dd");
    if (!rest.empty()) return std::nullopt;
    whole = Completed(text, written);
  }
  const bool valid = absl::ParseTime(absl::RFC3339_full, ToAbsl(whole), &written.at, nullptr);
  return valid ? std::optional(written) : std::nullopt;
}

bool IsRelative(std::string_view text) {
  if (text == "now") return true;
  const bool span = text.starts_with("now-") || text.starts_with("now+");
  if (!span || text.size() < 6 || text.size() > 10) return false;
  text.remove_prefix(4);
  const bool unit = std::string_view("smhdwy").find(text.back()) != std::string_view::npos;
  text.remove_suffix(1);
  return unit && text[0] != '0' && std::all_of(text.begin(), text.end(), IsDigit);
}

// "now-1M" of other languages as days; a lower-case m is a minute.
std::optional<std::string> InDays(std::string_view text) {
  if (!text.starts_with("now-") || !text.ends_with('M') || text.size() > 7) return std::nullopt;
  text.remove_prefix(4);
  text.remove_suffix(1);
  const int months = ParseNumber<int>(text).value_or(0);
  return months <= 0 ? std::nullopt : std::optional(StrCat("now-", months * 30, "d"));
}

// Conditions that one list may become: they are sent in the URL of a call.
constexpr size_t kMaxAlternatives = 100;

// The <aid> of <cid>_<aid>, in lower case.
std::optional<std::string> LastOfJoined(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  const bool joined = text != nullptr && IsJoinedDeviceId(*text);
  return joined ? std::optional(DeviceId(*text)) : std::nullopt;
}

Value NormalText(const Value& value) {
  const Number* number = std::get_if<Number>(&value);
  return number == nullptr ? value : Value(number->digits);
}

Value NormalBoolean(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  const bool flag = text != nullptr && (*text == "true" || *text == "false");
  return flag ? Value(*text == "true") : value;
}

Value NormalInstant(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr) return value;
  const std::optional<std::string> completed = CompletedInstant(*text);
  return completed.has_value() ? Value(*completed) : value;
}

Value NormalEpoch(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr) return value;
  const bool digits = !text->empty() && std::all_of(text->begin(), text->end(), IsDigit);
  if (digits && (text->size() == 1 || text->front() != '0')) return Number{*text};
  const std::optional<int64_t> seconds = EpochSeconds(*text);
  return seconds.has_value() ? Value(Number{StrCat(*seconds)}) : value;
}

Value NormalValue(const Field& field, const Value& value) {
  switch (field.kind) {
    case options::v1::FQL_KIND_STRING:
      return NormalText(value);
    case options::v1::FQL_KIND_BOOLEAN:
      return NormalBoolean(value);
    case options::v1::FQL_KIND_TIMESTAMP:
      return NormalInstant(value);
    case options::v1::FQL_KIND_EPOCH_SECONDS:
      return NormalEpoch(value);
    default:
      return value;
  }
}

void NormalizeValues(const Field& field, Condition& condition) {
  std::vector<Value> values;
  const bool device_ids = field.kind == options::v1::FQL_KIND_STRING && HoldsDeviceIds(field.name);
  for (const Value& value : condition.values) {
    std::optional<std::string> aid = device_ids ? LastOfJoined(value) : std::nullopt;
    if (aid.has_value() && field.joined_ids && IsEquality(condition.op)) {
      values.emplace_back(Lower(std::get<std::string>(value)));
      condition.list = true;
    }
    values.push_back(aid.has_value() ? Value(*std::move(aid)) : NormalValue(field, value));
  }
  condition.values = std::move(values);
}

// Of equality with one value that holds a star.
Operator StarOperator(const Field& field, Operator op, std::string_view text) {
  const bool one_end = std::count(text.begin(), text.end(), '*') == 1 && text.size() > 1 &&
                       (text.starts_with('*') || text.ends_with('*'));
  const bool inside = field.wildcard == options::v1::WILDCARD_ANYWHERE ||
                      field.wildcard == options::v1::WILDCARD_UNSPECIFIED ||
                      (field.wildcard == options::v1::WILDCARD_PREFIX_OR_SUFFIX && one_end);
  if (inside) return op;
  return op == Operator::kEqual ? Operator::kWildcard : Operator::kNotWildcard;
}

// `~` finds parts by itself: stars around the text change nothing.
std::string WithoutOuterStars(const std::string& text) {
  const size_t start = text.find_first_not_of('*');
  if (start == std::string::npos) return text;
  std::string inner = text.substr(start, text.find_last_not_of('*') - start + 1);
  return inner.find('*') == std::string::npos ? inner : text;
}

// Of a condition with one value and no brackets.
Condition NormalSingle(const Field& field, Condition condition) {
  std::string* text = std::get_if<std::string>(&condition.values.front());
  const bool star = HasStar(condition.values.front());
  const bool comparable = IsEquality(condition.op) && text != nullptr && !star;
  if (field.list_only && comparable && !text->empty()) condition.list = true;
  if (!star) return condition;
  if (IsEquality(condition.op)) condition.op = StarOperator(field, condition.op, *text);
  const bool inside = field.wildcard == options::v1::WILDCARD_ANYWHERE;
  if (inside && condition.op == Operator::kWildcard) condition.op = Operator::kEqual;
  if (inside && condition.op == Operator::kNotWildcard) condition.op = Operator::kNotEqual;
  if (IsMatch(condition.op)) *text = WithoutOuterStars(*text);
  return condition;
}

}  // namespace

bool IsInstant(std::string_view text) {
  if (text.starts_with("now")) return IsRelative(text);
  const std::optional<ParsedInstant> written = Read(text);
  return written.has_value() &&
         (written->minutes_end == 0 || (written->has_seconds && written->has_zone));
}

std::optional<std::string> CompletedInstant(std::string_view text) {
  if (IsInstant(text)) return std::string(text);
  const std::optional<ParsedInstant> written = Read(text);
  return written.has_value() ? std::optional(Completed(text, *written)) : std::nullopt;
}

std::optional<int64_t> EpochSeconds(std::string_view text) {
  const std::optional<ParsedInstant> written = Read(text);
  if (!written.has_value()) return std::nullopt;
  const int64_t seconds = absl::ToUnixSeconds(written->at);
  return absl::FromUnixSeconds(seconds) == written->at ? std::optional(seconds) : std::nullopt;
}

std::optional<std::string> RepairedInstant(std::string_view text) {
  if (text.size() > kMaxInstantBytes) return std::nullopt;
  if (std::optional<std::string> days = InDays(text)) return days;
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), absl::ascii_toupper);
  if (upper.size() > 10 && upper[10] == ' ') upper[10] = 'T';
  for (const std::string& candidate :
       {Lower(text), upper, text.starts_with('-') ? StrCat("now", text) : ""}) {
    if (std::optional<std::string> instant = CompletedInstant(candidate)) return instant;
  }
  return std::nullopt;
}

Expression NormalForm(const Field& field, const Condition& condition) {
  Condition normal = condition;
  NormalizeValues(field, normal);
  if (!normal.list) return Expression::Of(NormalSingle(field, std::move(normal)));
  if (IsRange(normal.op)) return Expression::Of(std::move(normal));
  const bool whole = IsEquality(normal.op) && field.lists;
  const bool patterns = field.wildcard != options::v1::WILDCARD_UNSPECIFIED;
  Condition rest = normal;
  rest.values.clear();
  std::vector<Expression> parts;
  for (Value& value : normal.values) {
    if (whole && !(patterns && HasStar(value))) {
      rest.values.push_back(std::move(value));
      continue;
    }
    Condition single{.field = normal.field, .op = normal.op, .values = {std::move(value)}};
    single.position = normal.position;
    parts.push_back(Expression::Of(NormalSingle(field, std::move(single))));
  }
  if (parts.size() > kMaxAlternatives) return Expression::Of(condition);
  if (!rest.values.empty()) parts.insert(parts.begin(), Expression::Of(std::move(rest)));
  return IsNegation(normal.op) ? Expression::And(std::move(parts))
                               : Expression::Or(std::move(parts));
}

}  // namespace falcon::fql

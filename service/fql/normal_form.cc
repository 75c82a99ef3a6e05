// Rewrites conditions without changing what they mean.
#include "fql/normal_form.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "fql/dates.h"
#include "fql/names.h"

namespace falcon::fql {
namespace {

// Conditions that one list may become: they are sent in the URL of a call.
constexpr size_t kMaxAlternatives = 100;
constexpr size_t kHexIdBytes = 32;

bool IsHex(std::string_view text) {
  return text.size() == kHexIdBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

// The <aid> of <cid>_<aid>, in lower case.
std::optional<std::string> LastOfJoined(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr || text->size() != 2 * kHexIdBytes + 1) return std::nullopt;
  const std::string_view cid = std::string_view(*text).substr(0, kHexIdBytes);
  const std::string_view aid = std::string_view(*text).substr(kHexIdBytes + 1);
  if ((*text)[kHexIdBytes] != '_' || !IsHex(cid) || !IsHex(aid)) return std::nullopt;
  return Lower(aid);
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
  const bool digits = !text->empty() && std::all_of(text->begin(), text->end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
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

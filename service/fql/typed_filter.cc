// What each operator of the `typed_filter` option makes of a value.
#include "fql/typed_filter.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "fql/filter_compiler.h"
#include "fql/names.h"
#include "google/protobuf/util/time_util.h"

namespace falcon::fql {

namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

constexpr int kMaxDays = 365;

Expression Compare(const Field& target, Operator op, Value value) {
  return Expression::Of({.field = target.name, .op = op, .values = {std::move(value)}});
}

// Exact values in one condition; each pattern in its own, since lists compare exactly.
Expression AnyOf(const Field& target, std::vector<Value> values, bool list) {
  Condition exact{.field = target.name, .values = {}, .list = list || target.list_only};
  std::vector<Expression> parts;
  const Operator star =
      target.wildcard == options::v1::WILDCARD_OPERATOR ? Operator::kWildcard : Operator::kEqual;
  for (Value& value : values) {
    if (HasStar(value) && target.wildcard != options::v1::WILDCARD_UNSPECIFIED) {
      parts.push_back(Compare(target, star, std::move(value)));
    } else if (!target.lists) {
      parts.push_back(Compare(target, Operator::kEqual, std::move(value)));
    } else {
      exact.values.push_back(std::move(value));
    }
  }
  if (!exact.values.empty()) {
    parts.insert(parts.begin(), Expression::Of(std::move(exact)));
  }
  return Expression::Or(std::move(parts));
}

// Each text as given, in upper case and in lower case, none twice.
std::vector<Value> InCommonCases(const std::vector<Value>& values) {
  std::vector<Value> all;
  const auto add = [&all](Value value) {
    if (std::find(all.begin(), all.end(), value) == all.end()) all.push_back(std::move(value));
  };
  for (const Value& value : values) {
    add(value);
    const std::string* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    add(UpperCase(*text));
    add(LowerCase(*text));
  }
  return all;
}

// The forms that find every case, and names that only begin alike; empty where the list form finds
// all.
std::vector<Expression> WideForms(const Field& target, const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr || UpperCase(*text) == LowerCase(*text) || HasStar(value)) return {};
  std::vector<Expression> forms;
  if (target.lists) forms.push_back(Compare(target, Operator::kEqual, value));
  if (target.text_match) forms.push_back(Compare(target, Operator::kMatches, value));
  return forms;
}

absl::StatusOr<int> MinScore(const EnumValueDescriptor& value) {
  if (value.options().HasExtension(options::v1::min_score)) {
    return value.options().GetExtension(options::v1::min_score);
  }
  return absl::InternalError(ToAbsl(StrCat(value.full_name(), " has no min_score")));
}

// Below the end of an enum value's band, where the next band starts; the last band has no end.
absl::StatusOr<Expression> AtMostBand(const Field& target, const EnumValueDescriptor& value) {
  ASSIGN_OR_RETURN(const int own, MinScore(value));
  std::vector<int> above;
  for (int i = 0; i < value.type()->value_count(); ++i) {
    const EnumValueDescriptor& other = *value.type()->value(i);
    if (other.options().GetExtension(options::v1::min_score) > own) {
      above.push_back(other.options().GetExtension(options::v1::min_score));
    }
  }
  if (above.empty()) return Expression();
  const int end = *std::min_element(above.begin(), above.end());
  return Compare(target, Operator::kLess, Number{StrCat(end)});
}

absl::StatusOr<Expression> Bound(const TypedFilter& filter, const Field& target, bool least) {
  if (filter.field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !filter.field.is_repeated()) {
    ASSIGN_OR_RETURN(const auto values, RequestEnums(filter.message, filter.field));
    if (!least) return AtMostBand(target, *values.front());
    ASSIGN_OR_RETURN(const int score, MinScore(*values.front()));
    return Compare(target, Operator::kGreaterOrEqual, Number{StrCat(score)});
  }
  ASSIGN_OR_RETURN(std::vector<Value> values,
                   RequestValues(filter.message, filter.field, filter.catalogue, target));
  if (values.size() != 1) return absl::InvalidArgumentError("takes one value");
  return Compare(target, least ? Operator::kGreaterOrEqual : Operator::kLessOrEqual,
                 std::move(values.front()));
}

absl::StatusOr<Expression> WithinDays(const TypedFilter& filter, const Field& target) {
  if (filter.field.cpp_type() != FieldDescriptor::CPPTYPE_INT32 || filter.field.is_repeated()) {
    return absl::InternalError("WITHIN_DAYS stands on a field that is no int32");
  }
  const int days = filter.message.GetReflection()->GetInt32(filter.message, &filter.field);
  if (days < 1 || days > kMaxDays) {
    return absl::InvalidArgumentError(
        ToAbsl(StrCat("is ", days, "; must be from 1 to ", kMaxDays)));
  }
  const auto start = std::chrono::floor<std::chrono::minutes>(filter.now) - std::chrono::days(days);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(start).time_since_epoch().count();
  google::protobuf::Timestamp instant;
  instant.set_seconds(seconds);
  ASSIGN_OR_RETURN(Value start_value, InstantValue(instant, target));
  return Compare(target, Operator::kGreaterOrEqual, std::move(start_value));
}

absl::StatusOr<Expression> Within(const TypedFilter& filter, const Field& target) {
  v1::TimeRange range;
  if (filter.field.message_type() != range.GetDescriptor() || filter.field.is_repeated()) {
    return absl::InternalError("WITHIN stands on a field that is no TimeRange");
  }
  const auto& message = filter.message.GetReflection()->GetMessage(filter.message, &filter.field);
  range.ParseFromString(message.SerializeAsString());
  if (!range.has_start() && !range.has_end()) {
    return absl::InvalidArgumentError("has neither start nor end; set one of them or both");
  }
  std::vector<Expression> parts;
  if (range.has_start()) {
    ASSIGN_OR_RETURN(Value start, InstantValue(range.start(), target));
    parts.push_back(Compare(target, Operator::kGreaterOrEqual, std::move(start)));
  }
  if (range.has_end()) {
    ASSIGN_OR_RETURN(Value end, InstantValue(range.end(), target));
    parts.push_back(Compare(target, Operator::kLess, std::move(end)));
  }
  using google::protobuf::operator>=;
  if (range.has_start() && range.has_end() && range.start() >= range.end()) {
    return absl::InvalidArgumentError("starts when it ends or later; `end` must be after `start`");
  }
  return Expression::And(std::move(parts));
}

absl::StatusOr<Expression> Matches(const TypedFilter& filter, const Field& target) {
  ASSIGN_OR_RETURN(std::vector<Value> values,
                   RequestValues(filter.message, filter.field, filter.catalogue, target));
  std::vector<Expression> parts;
  parts.reserve(values.size());
  for (Value& value : values) {
    parts.push_back(Compare(target, Operator::kMatches, std::move(value)));
  }
  return Expression::Or(std::move(parts));
}

// On a number, an enum value means its band.
absl::StatusOr<Expression> InBands(const TypedFilter& filter, const Field& target) {
  ASSIGN_OR_RETURN(const std::vector<const EnumValueDescriptor*> grades,
                   RequestEnums(filter.message, filter.field));
  std::vector<Expression> bands;
  for (const EnumValueDescriptor* grade : grades) {
    ASSIGN_OR_RETURN(const int score, MinScore(*grade));
    ASSIGN_OR_RETURN(Expression below, AtMostBand(target, *grade));
    std::vector<Expression> ends;
    ends.push_back(Compare(target, Operator::kGreaterOrEqual, Number{StrCat(score)}));
    if (!below.empty()) ends.push_back(std::move(below));
    bands.push_back(Expression::And(std::move(ends)));
  }
  return Expression::Or(std::move(bands));
}

// Falcon's list form compares whole text and case; its plain equality does neither.
absl::StatusOr<Expression> EqualsInCommonCases(const TypedFilter& filter, const Field& target) {
  ASSIGN_OR_RETURN(const std::vector<Value> values,
                   RequestValues(filter.message, filter.field, filter.catalogue, target));
  return AnyOf(target, InCommonCases(values), /*list=*/true);
}

absl::StatusOr<Expression> IsNamed(const TypedFilter& filter, const Field& target) {
  ASSIGN_OR_RETURN(Expression whole, EqualsInCommonCases(filter, target));
  if (!filter.yields_records) return whole;
  ASSIGN_OR_RETURN(const std::vector<Value> values,
                   RequestValues(filter.message, filter.field, filter.catalogue, target));
  std::vector<Expression> forms = {std::move(whole)};
  for (const Value& value : values) {
    for (Expression& wide : WideForms(target, value)) forms.push_back(std::move(wide));
  }
  return Expression::Or(std::move(forms));
}

// The device's part of a joined id, in lower case; all of it where the field holds both forms,
// which the check then adds.
absl::StatusOr<Expression> IsDevice(const TypedFilter& filter, const Field& target) {
  ASSIGN_OR_RETURN(std::vector<Value> values,
                   RequestValues(filter.message, filter.field, filter.catalogue, target));
  for (Value& value : values) {
    std::string* text = std::get_if<std::string>(&value);
    if (text == nullptr) return absl::InternalError("DEVICE_ID stands on a field that is no text");
    *text = target.joined_ids ? Lower(*text) : DeviceId(*text);
  }
  return AnyOf(target, std::move(values), filter.field.is_repeated());
}

absl::StatusOr<Expression> Equals(const TypedFilter& filter, const Field& target) {
  const bool graded = filter.field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM &&
                      target.kind == options::v1::FQL_KIND_NUMBER;
  if (graded) return InBands(filter, target);
  ASSIGN_OR_RETURN(std::vector<Value> values,
                   RequestValues(filter.message, filter.field, filter.catalogue, target));
  return AnyOf(target, std::move(values), filter.field.is_repeated());
}

absl::StatusOr<Expression> CompileOn(const TypedFilter& filter, const std::string& fql_field) {
  const Field* target = filter.catalogue.Find(fql_field);
  if (target == nullptr) {
    return absl::InternalError(
        ToAbsl(StrCat(filter.field.full_name(), " filters on the unknown FQL field ", fql_field)));
  }
  switch (filter.means.operator_()) {
    case options::v1::FILTER_OPERATOR_UNSPECIFIED:
      if (filter.field.message_type() == v1::TimeRange::descriptor()) {
        return Within(filter, *target);
      }
      return Equals(filter, *target);
    case options::v1::FILTER_OPERATOR_EQUAL:
      return Equals(filter, *target);
    case options::v1::FILTER_OPERATOR_EQUAL_UPPER_OR_LOWER:
      return EqualsInCommonCases(filter, *target);
    case options::v1::FILTER_OPERATOR_NAME:
      return IsNamed(filter, *target);
    case options::v1::FILTER_OPERATOR_DEVICE_ID:
      return IsDevice(filter, *target);
    case options::v1::FILTER_OPERATOR_AT_LEAST:
      return Bound(filter, *target, /*least=*/true);
    case options::v1::FILTER_OPERATOR_AT_MOST:
      return Bound(filter, *target, /*least=*/false);
    case options::v1::FILTER_OPERATOR_MATCHES:
      return Matches(filter, *target);
    case options::v1::FILTER_OPERATOR_WITHIN_DAYS:
      return WithinDays(filter, *target);
    case options::v1::FILTER_OPERATOR_WITHIN:
      return Within(filter, *target);
    default:
      return absl::InternalError(
          ToAbsl(StrCat(filter.field.full_name(), " has an unknown operator")));
  }
}

bool IsFilter(const FieldDescriptor& field) {
  if (field.options().HasExtension(options::v1::typed_filter)) return true;
  const bool text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return text && field.name() != "fql" && field.name() != "query";
}

bool ComparesWith(const FieldDescriptor& field, std::string_view fql_field, bool last_level) {
  const options::v1::TypedFilter& means = field.options().GetExtension(options::v1::typed_filter);
  const auto same = [&](std::string_view name) {
    return last_level ? LastLevel(name) == LastLevel(fql_field) : name == fql_field;
  };
  return same(means.field()) ||
         std::any_of(means.or_fields().begin(), means.or_fields().end(), same);
}

bool IsCalled(const FieldDescriptor& field, std::string_view name) {
  return field.name() == name || field.options().GetExtension(options::v1::singular_name) == name;
}

// A last level without a meaning of its own.
bool IsGeneral(std::string_view name) {
  constexpr std::string_view kGeneral[] = {"id", "ids", "name", "type", "value", "status"};
  return std::find(std::begin(kGeneral), std::end(kGeneral), name) != std::end(kGeneral);
}

}  // namespace

absl::StatusOr<Expression> CompileTypedFilter(const TypedFilter& filter) {
  std::vector<Expression> parts;
  ASSIGN_OR_RETURN(Expression first, CompileOn(filter, filter.means.field()));
  parts.push_back(std::move(first));
  for (const std::string& field : filter.means.or_fields()) {
    ASSIGN_OR_RETURN(Expression other, CompileOn(filter, field));
    parts.push_back(std::move(other));
  }
  return Expression::Or(std::move(parts));
}

std::string ParameterFor(std::string_view fql_field, const google::protobuf::Descriptor* request) {
  const FieldDescriptor* filter = request == nullptr ? nullptr : request->FindFieldByName("filter");
  if (filter == nullptr || filter->message_type() == nullptr || fql_field.empty()) return "";
  const std::string name = Lower(LastLevel(fql_field));
  const auto first = [filter](auto fits) -> std::string {
    for (int i = 0; i < filter->message_type()->field_count(); ++i) {
      const FieldDescriptor& field = *filter->message_type()->field(i);
      if (IsFilter(field) && fits(field)) return StrCat("filter.", field.name());
    }
    return "";
  };
  std::string exact =
      first([&](const FieldDescriptor& field) { return ComparesWith(field, fql_field, false); });
  if (!exact.empty()) return exact;
  std::string called = first([&](const FieldDescriptor& field) { return IsCalled(field, name); });
  if (!called.empty() || IsGeneral(name)) return called;
  return first([&](const FieldDescriptor& field) { return ComparesWith(field, fql_field, true); });
}

}  // namespace falcon::fql

// Values by their parameter's kind.
#include "mcp/tools/arguments_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>

#include "mcp/tools/arguments_fields.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMostTextBytes = size_t{8} * 1024;
// Of a value in a sentence.
constexpr size_t kShownColumns = 100;

bool IsBlank(const Json& given) {
  if (given.is_string()) {
    return given.get_ref<const std::string&>().find_first_not_of(" \t\r\n\f\v") ==
           std::string::npos;
  }
  return given.is_null() || (given.is_array() && std::all_of(given.begin(), given.end(), IsBlank));
}

Json WithoutBlankItems(const Json& list) {
  Json kept = Json::array();
  std::copy_if(list.begin(), list.end(), std::back_inserter(kept),
               [](const Json& item) { return !IsBlank(item); });
  return kept;
}

ReadValue Wrong(const Json& given, std::string_view what, Json right = nullptr) {
  return {.problem = StrCat(ShownJson(given), " ", what),
          .value = {},
          .right = std::move(right),
          .words = {}};
}

ReadValue Right(Value value, Json right, std::string_view words) {
  return {.problem = {},
          .value = std::move(value),
          .right = std::move(right),
          .words = client::Truncate(client::EscapeUnsafe(words), kShownColumns)};
}

std::string DidYouMean(const std::string& nearest) {
  return nearest.empty() ? std::string() : StrCat("; did you mean \"", nearest, "\"?");
}

ReadValue ReadText(const Json& given) {
  if (!given.is_string()) {
    return Wrong(given, "is not text", given.is_number() ? Json(given.dump()) : Json());
  }
  const auto& text = given.get_ref<const std::string&>();
  if (text.size() > kMostTextBytes) {
    return Wrong(given, StrCat("has ", client::Grouped(static_cast<int64_t>(text.size())),
                               " bytes; at most 8,192 are taken"));
  }
  return Right(text, given, text);
}

std::optional<double> NumberIn(const Json& given) {
  if (given.is_number()) return given.get<double>();
  if (!given.is_string()) return std::nullopt;
  const auto& text = given.get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::string NumberWords(const Parameter& parameter) {
  std::string out = parameter.kind == ParameterKind::kWhole ? "a whole number" : "a number";
  if (parameter.bounded()) out += StrCat(" from ", parameter.least, " to ", parameter.most);
  return out;
}

ReadValue ReadNumber(const Parameter& parameter, const Json& given) {
  const std::optional<double> number = NumberIn(given);
  const bool whole = parameter.kind == ParameterKind::kWhole;
  if (!number || (whole && *number != std::floor(*number))) {
    return Wrong(given, StrCat("is not ", NumberWords(parameter)));
  }
  const int least = parameter.bounded() ? parameter.least : 0;
  const int most = parameter.bounded() ? parameter.most : std::numeric_limits<int>::max();
  if (*number < least || *number > most) {
    return Wrong(given, StrCat("is not ", NumberWords(parameter)), *number < least ? least : most);
  }
  if (!whole) return Right(*number, *number, Json(*number).dump());
  const int value = static_cast<int>(*number);
  return Right(value, value, std::to_string(value));
}

ReadValue ReadBoolean(const Json& given) {
  const std::string text = given.is_string() ? Lower(given.get<std::string>()) : "";
  const bool yes = text == "true" || (given.is_boolean() && given.get<bool>());
  const bool no = text == "false" || (given.is_boolean() && !given.get<bool>());
  if (!yes && !no) return Wrong(given, "is neither true nor false");
  return Right(yes, yes, yes ? "true" : "false");
}

ReadValue ReadWord(const Parameter& parameter, const Json& given) {
  const std::string text = given.is_string() ? given.get<std::string>() : given.dump();
  std::string word = client::Replace(client::Replace(Lower(text), '-', '_'), ' ', '_');
  if (!parameter.path.empty()) {
    const auto* named = client::EnumValueNamed(*parameter.path.back()->enum_type(), word);
    if (named != nullptr) word = client::EnumWord(*named);
  }
  const auto& words = parameter.words;
  if (std::find(words.begin(), words.end(), word) != words.end()) return Right(word, word, word);
  const std::string nearest = client::Nearest(word.substr(0, kShownColumns), words);
  return Wrong(given, StrCat("is not one of ", client::Join(words, ", "), DidYouMean(nearest)),
               nearest.empty() ? Json() : Json(nearest));
}

ReadValue ReadInstant(const Json& given, absl::Time now) {
  const std::string text = given.is_string() ? given.get<std::string>() : std::string();
  const std::optional<absl::Time> instant =
      text.size() > kShownColumns ? std::nullopt : client::ParseInstant(text, now);
  if (!instant) {
    return Wrong(given,
                 "is not a time; right are 2026-05-28T14:00:00Z, 2026-05-28, and back from now 7d, "
                 "24h, 30m");
  }
  return Right(*instant, given, text);
}

ReadValue ReadPath(const Json& given, const Descriptor* record) {
  if (!given.is_string() || record == nullptr) return Wrong(given, "is not the name of a field");
  const auto& path = given.get_ref<const std::string&>();
  if (path == "*" || Lower(path) == "all") return Right(std::string("*"), "*", "*");
  if (HasPath(*record, path)) return Right(path, path, path);
  const std::string nearest = NearestPath(*record, path);
  return Wrong(given, StrCat("is not a field of ", record->name(), DidYouMean(nearest)),
               nearest.empty() ? Json() : Json(nearest));
}

void PutTime(absl::Time instant, Message& timestamp) {
  const Descriptor& type = *timestamp.GetDescriptor();
  const int64_t seconds = absl::ToUnixSeconds(instant);
  const int64_t nanos = absl::ToInt64Nanoseconds(instant - absl::FromUnixSeconds(seconds));
  const Reflection& reflection = *timestamp.GetReflection();
  reflection.SetInt64(&timestamp, type.FindFieldByNumber(1), seconds);
  reflection.SetInt32(&timestamp, type.FindFieldByNumber(2), static_cast<int32_t>(nanos));
}

void PutText(const FieldDescriptor& field, const std::string& text, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  if (field.enum_type() != nullptr) {
    const auto* word = client::EnumValueNamed(*field.enum_type(), text);
    field.is_repeated() ? reflection.AddEnum(&message, &field, word)
                        : reflection.SetEnum(&message, &field, word);
  } else if (field.is_repeated()) {
    reflection.AddString(&message, &field, text);
  } else {
    reflection.SetString(&message, &field, text);
  }
}

}  // namespace

ReadValue ReadOne(const Parameter& parameter, const Json& given, absl::Time now,
                  const Descriptor* record) {
  switch (parameter.kind) {
    case ParameterKind::kText:
      return ReadText(given);
    case ParameterKind::kWhole:
    case ParameterKind::kNumber:
      return ReadNumber(parameter, given);
    case ParameterKind::kBoolean:
      return ReadBoolean(given);
    case ParameterKind::kWord:
      return ReadWord(parameter, given);
    case ParameterKind::kInstant:
      return ReadInstant(given, now);
    case ParameterKind::kFields:
      break;
  }
  return ReadPath(given, record);
}

Json WithoutBlanks(const Json& arguments) {
  Json kept = Json::object();
  if (!arguments.is_object()) return kept;
  for (const auto& [name, given] : arguments.items()) {
    if (!IsBlank(given)) kept[name] = given.is_array() ? WithoutBlankItems(given) : given;
  }
  return kept;
}

std::vector<Json> ItemsOf(const Parameter& parameter, const Json& given) {
  if (given.is_array()) return {given.begin(), given.end()};
  if (!given.is_string() || !parameter.list) return {given};
  const auto& text = given.get_ref<const std::string&>();
  // A list that was written as text; taken for one value, it would match nothing.
  if (text.starts_with('[')) {
    const Json list = Json::parse(text, nullptr, false);
    if (list.is_array()) return {list.begin(), list.end()};
  }
  if (parameter.kind == ParameterKind::kText) return {given};
  std::vector<Json> items;
  for (std::string& part : client::Split(text, ',')) items.emplace_back(std::move(part));
  if (items.empty()) items.push_back(given);
  return items;
}

void PutValue(const Parameter& parameter, const Value& value, Message& request) {
  const FieldDescriptor& field = *parameter.path.back();
  Message& message = client::MutableHolder(parameter.path, request);
  const Reflection& reflection = *message.GetReflection();
  if (const auto* text = std::get_if<std::string>(&value)) {
    PutText(field, *text, message);
  } else if (const auto* whole = std::get_if<int>(&value)) {
    reflection.SetInt32(&message, &field, *whole);
  } else if (const auto* number = std::get_if<double>(&value)) {
    reflection.SetDouble(&message, &field, *number);
  } else if (const auto* yes = std::get_if<bool>(&value)) {
    reflection.SetBool(&message, &field, *yes);
  } else if (const auto* instant = std::get_if<absl::Time>(&value)) {
    PutTime(*instant, *reflection.MutableMessage(&message, &field));
  }
}

std::string ShownJson(const Json& given) {
  return client::Truncate(client::EscapeUnsafe(Text(given)), kShownColumns);
}

}  // namespace falcon::mcp

#include "mcp/tools/argument_value.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>

#include "mcp/tools/arguments.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxTextBytes = size_t{8} * 1024;
// Longer ones are no typing error of a name.
constexpr size_t kMaxPathBytes = 200;
// Of a value in a sentence.
constexpr size_t kShownColumns = 100;

ArgumentValue Wrong(const Json& given, std::string_view what, Json right = nullptr) {
  const std::string shown = client::Truncate(client::EscapeUnsafe(Text(given)), kShownColumns);
  return {.problem = StrCat(shown, " ", what), .right = std::move(right)};
}

ArgumentValue Right(Json value) { return {.problem = {}, .right = std::move(value)}; }

std::string DidYouMean(const std::string& nearest) {
  return nearest.empty() ? std::string() : StrCat("; did you mean \"", nearest, "\"?");
}

ArgumentValue ReadText(const Json& given) {
  if (!given.is_string()) {
    return Wrong(given, "is not text", given.is_number() ? Json(given.dump()) : Json());
  }
  const auto bytes = static_cast<int64_t>(given.get_ref<const std::string&>().size());
  if (bytes <= int64_t{kMaxTextBytes}) return Right(given);
  return Wrong(given, StrCat("has ", client::Grouped(bytes), " bytes; at most 8,192 are taken"));
}

std::optional<double> NumberIn(const Json& given) {
  if (given.is_number()) return given.get<double>();
  if (!given.is_string()) return std::nullopt;
  const std::optional<double> number = ParseNumber<double>(given.get_ref<const std::string&>());
  return number && std::isfinite(*number) ? number : std::nullopt;
}

ArgumentValue ReadNumber(const Parameter& parameter, const Json& given) {
  const std::optional<double> number = NumberIn(given);
  const bool whole = parameter.kind == ParameterKind::kInteger;
  const int least = parameter.bounded() ? parameter.least : 0;
  const int most = parameter.bounded() ? parameter.most : std::numeric_limits<int>::max();
  const std::string wrong =
      StrCat(whole ? "is not a whole number" : "is not a number",
             parameter.bounded() ? StrCat(" from ", least, " to ", most) : std::string());
  if (!number || (whole && *number != std::floor(*number))) return Wrong(given, wrong);
  if (*number < least || *number > most) {
    return Wrong(given, wrong, *number < least ? least : most);
  }
  return Right(whole ? Json(static_cast<int>(*number)) : Json(*number));
}

ArgumentValue ReadBoolean(const Json& given) {
  const std::string text = given.is_string() ? Lower(given.get<std::string>()) : given.dump();
  if (text != "true" && text != "false") return Wrong(given, "is neither true nor false");
  return Right(text == "true");
}

ArgumentValue ReadEnum(const Parameter& parameter, const Json& given) {
  const std::string text = given.is_string() ? given.get<std::string>() : given.dump();
  std::string word = client::Replace(client::Replace(Lower(text), '-', '_'), ' ', '_');
  if (!parameter.path.empty()) {
    const auto* named = client::EnumValueNamed(*parameter.path.back()->enum_type(), word);
    if (named != nullptr) word = client::EnumWord(*named);
  }
  const auto& words = parameter.words;
  if (std::find(words.begin(), words.end(), word) != words.end()) return Right(word);
  const std::string nearest = client::Nearest(word.substr(0, kShownColumns), words);
  return Wrong(given, StrCat("is not one of ", client::Join(words, ", "), DidYouMean(nearest)),
               nearest.empty() ? Json() : Json(nearest));
}

ArgumentValue ReadInstant(const Json& given, absl::Time now) {
  const std::string text = given.is_string() ? given.get<std::string>() : std::string();
  if (text.size() <= kShownColumns && client::ParseInstant(text, now)) return Right(given);
  return Wrong(given,
               "is not a time; right are 2026-05-28T14:00:00Z, 2026-05-28, and back from now 7d, "
               "24h, 30m");
}

ArgumentValue ReadPath(const Json& given, const Descriptor* record) {
  if (!given.is_string() || record == nullptr) return Wrong(given, "is not the name of a field");
  const auto& path = given.get_ref<const std::string&>();
  if (path == "*" || Lower(path) == "all") return Right("*");
  if (HasPath(*record, path)) return Right(path);
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

// The message that a path goes on into; null: none.
const Descriptor* Inside(const FieldDescriptor& field) {
  const Descriptor* type = field.message_type();
  const bool value = type == nullptr || type->file()->package() == "google.protobuf";
  return value || field.is_map() ? nullptr : type;
}

// Outer ones first, so that of two that fit the plainer one is found.
std::vector<std::string> PathsOf(const Descriptor& record) {
  struct Level {
    const Descriptor* type;
    std::string prefix;
    std::vector<const Descriptor*> above;
  };
  std::vector<std::string> paths;
  std::vector<Level> levels = {{&record, "", {}}};
  for (size_t at = 0; at < levels.size(); ++at) {
    const Level level = levels[at];
    const auto& above = level.above;
    if (std::find(above.begin(), above.end(), level.type) != above.end()) continue;
    for (int i = 0; i < level.type->field_count(); ++i) {
      const FieldDescriptor& field = *level.type->field(i);
      paths.push_back(level.prefix + field.name());
      const Descriptor* inside = Inside(field);
      if (inside == nullptr) continue;
      levels.push_back({inside, paths.back() + ".", level.above});
      levels.back().above.push_back(level.type);
    }
  }
  return paths;
}

bool IsBlank(const Json& given) {
  if (given.is_string()) return Trimmed(given.get_ref<const std::string&>()).empty();
  return given.is_null() || (given.is_array() && std::all_of(given.begin(), given.end(), IsBlank));
}

std::string_view LastName(std::string_view path) { return path.substr(path.rfind('.') + 1); }

}  // namespace

ArgumentValue ReadValue(const Parameter& parameter, const Json& given, absl::Time now,
                        const Descriptor* record) {
  switch (parameter.kind) {
    case ParameterKind::kText:
      return ReadText(given);
    case ParameterKind::kInteger:
    case ParameterKind::kNumber:
      return ReadNumber(parameter, given);
    case ParameterKind::kBoolean:
      return ReadBoolean(given);
    case ParameterKind::kEnum:
      return ReadEnum(parameter, given);
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
    if (IsBlank(given)) continue;
    kept[name] = given;
    if (!given.is_array()) continue;
    kept[name] = Json::array();
    std::copy_if(given.begin(), given.end(), std::back_inserter(kept[name]),
                 [](const Json& item) { return !IsBlank(item); });
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
  const std::vector<std::string> parts = client::Split(text, ',');
  if (parameter.kind == ParameterKind::kText || parts.empty()) return {given};
  return {parts.begin(), parts.end()};
}

void PutValue(const Parameter& parameter, const Json& value, absl::Time now, Message& request) {
  const FieldDescriptor& field = *parameter.path.back();
  Message& message = client::MutableHolder(parameter.path, request);
  const Reflection& reflection = *message.GetReflection();
  if (parameter.kind == ParameterKind::kInstant) {
    const auto instant = client::ParseInstant(value.get_ref<const std::string&>(), now);
    PutTime(instant.value_or(now), *reflection.MutableMessage(&message, &field));
  } else if (parameter.kind == ParameterKind::kEnum) {
    const auto* word =
        client::EnumValueNamed(*field.enum_type(), value.get_ref<const std::string&>());
    field.is_repeated() ? reflection.AddEnum(&message, &field, word)
                        : reflection.SetEnum(&message, &field, word);
  } else if (value.is_string()) {
    field.is_repeated() ? reflection.AddString(&message, &field, value.get<std::string>())
                        : reflection.SetString(&message, &field, value.get<std::string>());
  } else if (value.is_boolean()) {
    reflection.SetBool(&message, &field, value.get<bool>());
  } else if (parameter.kind == ParameterKind::kInteger) {
    reflection.SetInt32(&message, &field, value.get<int>());
  } else {
    reflection.SetDouble(&message, &field, value.get<double>());
  }
}

bool HasPath(const Descriptor& record, std::string_view path) {
  const Descriptor* type = &record;
  while (type != nullptr) {
    const size_t dot = path.find('.');
    const FieldDescriptor* field = type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || dot == path.npos) return field != nullptr;
    type = Inside(*field);
    path.remove_prefix(dot + 1);
  }
  return false;
}

std::string NearestPath(const Descriptor& record, std::string_view path) {
  if (path.size() > kMaxPathBytes) return {};
  const std::vector<std::string> paths = PathsOf(record);
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const std::string& known : paths) names.emplace_back(LastName(known));
  const std::string wanted = Lower(LastName(path));
  const auto same = std::find(names.begin(), names.end(), wanted);
  if (same != names.end()) return paths[static_cast<size_t>(same - names.begin())];
  if (std::string near = client::Nearest(path, paths); !near.empty()) return near;
  const auto near = std::find(names.begin(), names.end(), client::Nearest(wanted, names));
  return near == names.end() ? std::string() : paths[static_cast<size_t>(near - names.begin())];
}

}  // namespace falcon::mcp

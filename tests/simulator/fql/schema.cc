// Look-up of fields, and conversions between texts, numbers, instants and addresses.
#include "simulator/fql/schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace falcon::simulator::fql {

const Field* FindField(const Schema& schema, std::string_view name, Field* scratch) {
  const auto found =
      std::lower_bound(schema.fields.begin(), schema.fields.end(), name,
                       [](const Field& field, std::string_view key) { return field.name < key; });
  if (found != schema.fields.end() && found->name == name) return &*found;
  for (std::string_view open : schema.opens) {
    if (!name.starts_with(open) || name.size() == open.size()) continue;
    *scratch = Field{name, FieldType::kText};
    return scratch;
  }
  return nullptr;
}

bool IsName(std::string_view field) {
  constexpr std::array<std::string_view, 8> kNames = {"hostname",  "hostnames", "username",
                                                      "usernames", "user_name", "user_names",
                                                      "filename",  "file_names"};
  const size_t dot = field.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? field : field.substr(dot + 1);
  return std::find(kNames.begin(), kNames.end(), last) != kNames.end();
}

std::optional<double> ParseNumber(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::string NumberText(double number) {
  char text[64];
  if (number == std::floor(number) && std::fabs(number) < 1e15) {
    std::snprintf(text, sizeof text, "%.0f", number);
  } else {
    std::snprintf(text, sizeof text, "%g", number);
  }
  return text;
}

std::optional<double> ParseAddress(std::string_view text) {
  double address = 0;
  for (int part = 0; part < 4; ++part) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value > 255) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    address = address * 256 + value;
    if (part == 3) break;
    if (text.empty() || text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  return text.empty() ? std::optional<double>(address) : std::nullopt;
}

Value FromText(std::string text, FieldType type) {
  switch (type) {
    case FieldType::kNumber:
    case FieldType::kEpoch: {
      const std::optional<double> number = ParseNumber(text);
      return number ? Value(*number) : Value();
    }
    case FieldType::kTime: {
      const std::optional<Nanos> instant = ParseTime(text);
      return instant ? Value(Instant{*instant}) : Value();
    }
    case FieldType::kBoolean:
      return Value(text == "true");
    case FieldType::kArray:
      return Value(std::vector<std::string>{std::move(text)});
    case FieldType::kText:
    case FieldType::kAddress:
      break;
  }
  return Value(std::move(text));
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string TextOf(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<double>(&value)) return NumberText(*number);
  if (const auto* instant = std::get_if<Instant>(&value)) return FormatTime(instant->nanos, 3);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return list->empty() ? "" : list->front();
  return "";
}

}  // namespace falcon::simulator::fql

// Look-up of a field by name.
#include "simulator/fql/schema.h"

#include <algorithm>
#include <array>

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

}  // namespace falcon::simulator::fql

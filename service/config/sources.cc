// Environment before env file; NAME and NAME_FILE alike.
#include "config/sources.h"

#include <algorithm>
#include <utility>

#include "config/secret_file.h"

namespace falcon::config {

std::optional<Secret> OneWord(const std::string& where, const Secret& value, Problems& problems) {
  const bool printable = std::ranges::all_of(
      value.Reveal(), [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; });
  if (!value.empty() && printable) return value;
  problems.Add(where, "must be one word without spaces or line breaks");
  return std::nullopt;
}

std::vector<Found> Sources::Collect(Names names, const Lookup& lookup, const Canonical& canonical,
                                    bool& any, Problems& problems) {
  std::vector<Found> found;
  const auto take = [&](const std::string& where, const Secret& raw) {
    std::optional<Secret> value = canonical(where, raw, problems);
    if (value.has_value()) found.push_back({where, *std::move(value)});
  };
  for (const std::string_view variable : names) {
    const std::string name(variable);
    if (const Secret value = lookup(name); !value.empty()) {
      any = true;
      take(name, value);
    }
    const std::string file_name = name + "_FILE";
    if (const Secret path = lookup(file_name); !path.empty()) {
      any = true;
      const auto value = problems.Take(file_name, ReadSecretFile(std::string(path.Reveal())));
      if (value.has_value()) take(file_name, *value);
    }
  }
  return found;
}

std::optional<Found> Sources::Find(Names names, const Canonical& canonical,
                                   Problems& problems) const {
  const Lookup of_environment = [this](const std::string& name) { return environment_.Get(name); };
  const Lookup of_file = [this](const std::string& name) {
    const auto variable = env_file_.find(name);
    return variable == env_file_.end() ? Secret() : variable->second;
  };
  for (const Lookup& lookup : {of_environment, of_file}) {
    bool any = false;
    const std::vector<Found> found = Collect(names, lookup, canonical, any, problems);
    for (const Found& other : found) {
      if (other.value == found.front().value) continue;
      problems.Add(other.where, Cat("differs from ", found.front().where,
                                    ", which means the same: unset one of them"));
    }
    // A bad value of a source that wins does not let a lower one through.
    if (any) return found.empty() ? std::nullopt : std::optional(found.front());
  }
  return std::nullopt;
}

std::optional<Secret> Sources::FindSecret(std::string_view flag, const std::string& file,
                                          Names names, Problems& problems) const {
  if (file.empty()) {
    const auto found = Find(names, OneWord, problems);
    return found.has_value() ? std::optional(found->value) : std::nullopt;
  }
  const auto text = problems.Take(flag, ReadSecretFile(file));
  if (!text.has_value()) return std::nullopt;
  return OneWord(std::string(flag), *text, problems);
}

}  // namespace falcon::config

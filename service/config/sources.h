// Sources: where a setting may come from, and which source wins.
#ifndef FALCON_CONFIG_SOURCES_H_
#define FALCON_CONFIG_SOURCES_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "config/env_file.h"
#include "config/environment.h"
#include "config/problems.h"

namespace falcon::config {

// Variables that mean the same.
using Names = std::span<const std::string_view>;

struct Found {
  std::string where;  // the flag or variable that it came from
  Secret value;
};

// What two variables of the same meaning are compared by; nullopt: the value is not valid, and
// `problems` says so.
using Canonical =
    std::function<std::optional<Secret>(const std::string& where, const Secret& value, Problems&)>;

// Keeps the text, if it is one line of printable characters.
std::optional<Secret> OneWord(const std::string& where, const Secret& value, Problems& problems);

class Sources {
 public:
  Sources(const Environment& environment, Variables env_file)
      : environment_(environment), env_file_(std::move(env_file)) {}

  // The value of the variables `names`, which mean the same: of the environment if it holds any of
  // them, else of the env file. NAME_FILE stands for the contents of a file. Different values in
  // one source are a problem that names both variables.
  std::optional<Found> Find(Names names, const Canonical& canonical, Problems& problems) const;

  // A secret of one word: of the file that the flag `flag` names, else of the variables `names`.
  std::optional<Secret> FindSecret(std::string_view flag, const std::string& file, Names names,
                                   Problems& problems) const;

 private:
  using Lookup = std::function<Secret(const std::string&)>;
  static std::vector<Found> Collect(Names names, const Lookup& lookup, const Canonical& canonical,
                                    bool& any, Problems& problems);

  const Environment& environment_;
  const Variables env_file_;
};

}  // namespace falcon::config

#endif  // FALCON_CONFIG_SOURCES_H_

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

// The value without what copying adds: white space around it, a byte order mark, and a pair of
// quotation marks around all of it, which no value here begins and ends with (a warning says so).
std::optional<Secret> Tidy(const std::string& where, const Secret& value, Problems& problems);

// The same, if it is one word of printable ASCII characters without quotation marks.
std::optional<Secret> OneWord(const std::string& where, const Secret& value, Problems& problems);

// Any printable characters, quotation marks too: only white space around them is left out.
std::optional<Secret> Password(const std::string& where, const Secret& value, Problems& problems);

class Sources {
 public:
  Sources(const Environment& environment, Variables env_file)
      : environment_(environment), env_file_(std::move(env_file)) {}

  // The value of the variables `names`, which mean the same (a blank one is not set): of the
  // environment if it holds any of them, else of the env file. NAME_FILE stands for the contents of
  // a file. Different values in one source are a problem that names both variables.
  std::optional<Found> Find(Names names, const Canonical& canonical, Problems& problems) const;

  // A secret: of the file that the flag `flag` names, else of the variables `names`.
  std::optional<Secret> FindSecret(std::string_view flag, const std::string& file, Names names,
                                   const Canonical& canonical, Problems& problems) const;

 private:
  using Lookup = std::function<Secret(const std::string&)>;
  static std::vector<Found> Collect(Names names, const Lookup& lookup, const Canonical& canonical,
                                    bool& any, Problems& problems);

  const Environment& environment_;
  const Variables env_file_;
};

}  // namespace falcon::config

#endif  // FALCON_CONFIG_SOURCES_H_

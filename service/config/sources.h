// Sources: where a setting may come from besides a flag, which source wins, and the .env format.
#ifndef FALCON_CONFIG_SOURCES_H_
#define FALCON_CONFIG_SOURCES_H_

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "config/problems.h"
#include "config/process.h"

namespace falcon::config {

using Variables = std::map<std::string, Secret>;

// Reads KEY=VALUE lines.
//
//   line     one variable, with or without `export` in front; empty lines and lines that begin with
//            # are ignored; the last of two equal keys wins
//   value    bare: to the end of the line or " #", without spaces around it
//            'single quoted': as it stands
//            "double quoted": \n, \t, \", \\ and \$ as in a shell
//            nothing is expanded
//
// INVALID_ARGUMENT names every bad line by number, and repeats none.
absl::StatusOr<Variables> ParseEnvFile(std::string_view text);

// Variables with the same meaning.
using VariableNames = std::span<const std::string_view>;

struct ResolvedValue {
  std::string where;  // the flag or variable that it came from
  Secret value;
};

// Checks a value and brings it into the form in which two variables of the same meaning are
// compared. Nullopt: not valid; the problem has been added.
using Normalizer =
    std::function<std::optional<Secret>(const std::string& where, const Secret& value, Problems&)>;

// The value without what copying adds: white space around it, a byte order mark, and a pair of
// quotation marks around all of it, with a warning.
std::optional<Secret> Tidy(const std::string& where, const Secret& value, Problems& problems);

// The same, if it is one word of printable ASCII characters without quotation marks.
std::optional<Secret> OneWord(const std::string& where, const Secret& value, Problems& problems);

// Any printable characters, quotation marks included; only white space around them is removed.
std::optional<Secret> Password(const std::string& where, const Secret& value, Problems& problems);

class Sources {
 public:
  Sources(const Environment& environment, Variables env_file)
      : environment_(environment), env_file_(std::move(env_file)) {}

  // The value of the variables `names`, which have the same meaning (a blank one is not set): of
  // the environment if it holds any of them, else of the env file. NAME_FILE names a file that
  // holds the value. Different values in one source are a problem that names both variables.
  std::optional<ResolvedValue> Find(VariableNames names, const Normalizer& normalize,
                                    Problems& problems) const;

  // A secret: from the file that `flag` names, else from the variables `names`.
  std::optional<Secret> FindSecret(std::string_view flag, const std::string& file,
                                   VariableNames names, const Normalizer& normalize,
                                   Problems& problems) const;

 private:
  const Environment& environment_;
  const Variables env_file_;
};

}  // namespace falcon::config

#endif  // FALCON_CONFIG_SOURCES_H_

// Sources: where a setting may come from besides a flag, which source wins, the .env format, and
// the list of what is wrong.
#ifndef FALCON_CONFIG_SOURCES_H_
#define FALCON_CONFIG_SOURCES_H_

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

namespace falcon::config {

// The environment as an argument, which tests replace.
class Environment {
 public:
  virtual ~Environment() = default;
  // The value of a variable; empty: it is not set.
  virtual Secret Get(const std::string& name) const = 0;
  // Overwrites the value in place, so that /proc/PID/environ no longer shows it, and removes the
  // variable.
  virtual void Erase(const std::string& name) = 0;
};

// The real one. Not safe beside threads that read or write variables: use it before the first
// thread starts.
class ProcessEnvironment final : public Environment {
 public:
  Secret Get(const std::string& name) const override;
  void Erase(const std::string& name) override;
};

// Prevents core dumps, and access to this process's memory by others of the same user (ptrace,
// /proc/PID/mem). Call it first in main(). INTERNAL when the system refuses: log it and go on.
absl::Status ForbidCoreDumps();

// Collects what is wrong with the configuration, so that all of it is reported at once, and
// warnings.
class Problems {
 public:
  // `where`: a flag or a variable. `what`: what is wrong with it, and what would be right.
  void Add(std::string_view where, std::string_view what) {
    problems_.push_back({std::string(where), std::string(what)});
  }
  void AddAll(const Problems& others) {
    problems_.insert(problems_.end(), others.problems_.begin(), others.problems_.end());
    warnings_.insert(warnings_.end(), others.warnings_.begin(), others.warnings_.end());
  }
  // To be logged; the gateway starts all the same.
  void Warn(std::string warning) { warnings_.push_back(std::move(warning)); }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // The value; or nullopt and one more problem.
  template <class T>
  std::optional<T> ValueOrAdd(std::string_view where, absl::StatusOr<T> result) {
    if (result.ok()) return *std::move(result);
    Add(where, ToStd(result.status().message()));
    return std::nullopt;
  }

  bool empty() const { return problems_.empty(); }
  // INVALID_ARGUMENT (INVALID_CONFIG) with one violation for each problem; OK when there is none.
  absl::Status status() const {
    return empty() ? absl::OkStatus() : InvalidFields(problems_, "INVALID_CONFIG");
  }

 private:
  std::vector<FieldViolation> problems_;
  std::vector<std::string> warnings_;
};

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

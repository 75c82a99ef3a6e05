// What the process is given and must hide: its environment variables and its memory.
#ifndef FALCON_CONFIG_PROCESS_H_
#define FALCON_CONFIG_PROCESS_H_

#include <string>

#include "absl/status/status.h"
#include "base/secret.h"

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

}  // namespace falcon::config

#endif  // FALCON_CONFIG_PROCESS_H_

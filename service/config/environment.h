// Environment: the variables of the process, as an argument: tests bring their own.
#ifndef FALCON_CONFIG_ENVIRONMENT_H_
#define FALCON_CONFIG_ENVIRONMENT_H_

#include <string>

#include "base/secret.h"

namespace falcon::config {

class Environment {
 public:
  virtual ~Environment() = default;
  // The value of a variable; empty: not set.
  virtual Secret Get(const std::string& name) const = 0;
  // Overwrites the value where it lies, so that /proc/PID/environ no longer shows it, and removes
  // the variable.
  virtual void Erase(const std::string& name) = 0;
};

// The real one. Not safe beside other threads that read or write variables: use it before the first
// starts.
class ProcessEnvironment final : public Environment {
 public:
  Secret Get(const std::string& name) const override;
  void Erase(const std::string& name) override;
};

}  // namespace falcon::config

#endif  // FALCON_CONFIG_ENVIRONMENT_H_

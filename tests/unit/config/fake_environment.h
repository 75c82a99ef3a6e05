// A stand-in for the environment.
#ifndef FALCON_TESTS_UNIT_CONFIG_FAKE_ENVIRONMENT_H_
#define FALCON_TESTS_UNIT_CONFIG_FAKE_ENVIRONMENT_H_

#include <map>
#include <string>

#include "config/environment.h"

namespace falcon::config {

class FakeEnvironment final : public Environment {
 public:
  Secret Get(const std::string& name) const override {
    const auto found = values.find(name);
    return found == values.end() ? Secret() : Secret(found->second);
  }
  void Erase(const std::string& name) override { values.erase(name); }

  std::map<std::string, std::string> values;
};

}  // namespace falcon::config

#endif  // FALCON_TESTS_UNIT_CONFIG_FAKE_ENVIRONMENT_H_

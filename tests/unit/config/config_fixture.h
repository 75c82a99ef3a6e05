// Configurations of flags, variables and files, as a whole.
#ifndef FALCON_TESTS_UNIT_CONFIG_CONFIG_FIXTURE_H_
#define FALCON_TESTS_UNIT_CONFIG_CONFIG_FIXTURE_H_

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

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

// Secrets have "canary" in them, which no status may hold.
class ConfigFixture : public ::testing::Test {
 protected:
  void Set(const std::string& name, const std::string& value) { variables_[name] = value; }

  // Loads from `variables_`; `left_` is what remains of them.
  absl::StatusOr<Config> Load(std::vector<std::string> arguments = {}) {
    left_.values = variables_;
    arguments.insert(arguments.begin(), "falcon-gateway");
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    auto config = LoadConfig(static_cast<int>(argv.size()), argv.data(), left_);
    EXPECT_THAT(config.status().ToString(), ::testing::Not(::testing::HasSubstr("canary")))
        << "a secret got out";
    return config;
  }
  std::vector<FieldViolation> Problems(std::vector<std::string> arguments = {}) {
    const auto config = Load(std::move(arguments));
    EXPECT_THAT(config, testing::FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_CONFIG"));
    return Violations(config.status());
  }
  // What is wrong with `where`, the one flag or variable with a problem.
  std::string Problem(const std::string& where, std::vector<std::string> arguments = {}) {
    const auto violations = Problems(std::move(arguments));
    EXPECT_THAT(violations, ::testing::SizeIs(1)) << where;
    if (violations.empty()) return "";
    EXPECT_EQ(violations.front().field, where);
    return violations.front().description;
  }

  falcon::testing::TempDir scratch_;
  std::map<std::string, std::string> variables_ = {{"CROWDSTRIKE_CLIENT_ID", "id"},
                                                   {"CROWDSTRIKE_CLIENT_SECRET", "canary"}};
  FakeEnvironment left_;
};

}  // namespace falcon::config

#endif  // FALCON_TESTS_UNIT_CONFIG_CONFIG_FIXTURE_H_

// Configurations of flags, variables and files, as a whole.
#ifndef FALCON_TESTS_UNIT_CONFIG_CONFIG_FIXTURE_H_
#define FALCON_TESTS_UNIT_CONFIG_CONFIG_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "tests/support/temp_dir.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/config/fake_environment.h"

namespace falcon::config {

// What is secret here has "canary" in it, which no status may hold.
class ConfigFixture : public ::testing::Test {
 protected:
  absl::StatusOr<Config> Load(std::vector<std::string> arguments = {}) {
    environment_.values["CROWDSTRIKE_CLIENT_ID"] = "id";
    environment_.values["CROWDSTRIKE_CLIENT_SECRET"] = "s";
    arguments.insert(arguments.begin(), "falcon-gateway");
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    auto config = LoadConfig(static_cast<int>(argv.size()), argv.data(), environment_);
    EXPECT_THAT(config.status().ToString(), ::testing::Not(::testing::HasSubstr("canary")))
        << "a secret got out";
    return config;
  }
  // What is wrong with the one flag or variable that is.
  std::string Complaint(const std::string& where, std::vector<std::string> arguments) {
    const auto config = Load(std::move(arguments));
    const auto violations = Violations(config.status());
    EXPECT_THAT(violations, ::testing::SizeIs(1)) << where;
    if (violations.empty()) return "";
    EXPECT_EQ(violations.front().field, where);
    return violations.front().description;
  }

  falcon::testing::TempDir scratch_;
  FakeEnvironment environment_;
};

}  // namespace falcon::config

#endif  // FALCON_TESTS_UNIT_CONFIG_CONFIG_FIXTURE_H_

// Runs falconctl in the test's own process against a fake gateway, and keeps what it wrote.
#ifndef FALCON_TESTS_UNIT_CLIENT_PROGRAM_RUN_H_
#define FALCON_TESTS_UNIT_CLIENT_PROGRAM_RUN_H_

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program.h"

namespace falcon::client {

struct ProgramRun {
  int code = 0;
  std::string out;
  std::string err;
};

struct ProgramSetting {
  std::string in;
  bool terminal = false;
  size_t width = 0;
  std::map<std::string, std::string> variables;
  std::stop_source stop;
  // Waits between resumes, in order.
  std::vector<std::chrono::milliseconds> pauses;
};

inline ProgramRun RunFalconctl(const std::vector<std::string>& arguments, ProgramSetting& setting) {
  std::istringstream in(setting.in);
  std::ostringstream out;
  std::ostringstream err;
  const Environment environment{
      .in = in,
      .out = out,
      .err = err,
      .out_is_terminal = setting.terminal,
      .err_is_terminal = setting.terminal,
      .width = setting.width,
      .variable = [&](const char* name) { return setting.variables[name]; },
      .now = [] { return absl::FromUnixSeconds(1'780'000'000); },
      .pause = [&](std::chrono::milliseconds span) { setting.pauses.push_back(span); },
      .stop = setting.stop.get_token()};
  ProgramRun run;
  run.code = RunProgram(arguments, environment);
  run.out = out.str();
  run.err = err.str();
  return run;
}

}  // namespace falcon::client

#endif  // FALCON_TESTS_UNIT_CLIENT_PROGRAM_RUN_H_

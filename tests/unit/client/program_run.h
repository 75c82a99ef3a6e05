// Runs fgctl in the test's own process against a fake gateway, and keeps what it wrote.
#ifndef FALCON_TESTS_UNIT_CLIENT_PROGRAM_RUN_H_
#define FALCON_TESTS_UNIT_CLIENT_PROGRAM_RUN_H_

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/environment.h"
#include "tests/unit/client/test_catalog.h"

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
  size_t height = 0;
  std::map<std::string, std::string> variables;
  std::stop_source stop;
  // Waits between resumes, in order. Time passes by them alone.
  std::vector<std::chrono::milliseconds> pauses;
  std::function<void()> on_pause;
  // Where standard output goes; null: into the run's `out`.
  OutputFile* file = nullptr;
};

inline ProgramRun RunFgctl(const std::vector<std::string>& arguments, ProgramSetting& setting) {
  std::istringstream in(setting.in);
  std::ostringstream text;
  std::ostream to_file(setting.file);
  std::ostringstream err;
  absl::Time now = absl::FromUnixSeconds(1'780'000'000);
  const Environment environment{
      .in = in,
      .out = setting.file == nullptr ? static_cast<std::ostream&>(text) : to_file,
      .err = err,
      .out_is_terminal = setting.terminal,
      .err_is_terminal = setting.terminal,
      .width = setting.width,
      .height = setting.height,
      .variable = [&](const char* name) { return setting.variables[name]; },
      .now = [&now] { return now; },
      .pause =
          [&](std::chrono::milliseconds span) {
            setting.pauses.push_back(span);
            now += absl::FromChrono(span);
            if (setting.on_pause) setting.on_pause();
          },
      .stop = setting.stop.get_token(),
      .file = setting.file};
  ProgramRun run;
  run.code = RunProgram(*RealCatalog(), arguments, environment);
  run.out = text.str();
  run.err = err.str();
  return run;
}

}  // namespace falcon::client

#endif  // FALCON_TESTS_UNIT_CLIENT_PROGRAM_RUN_H_

// The world around the program, as an argument: streams, terminal, environment, clock,
// interruption.
#ifndef FALCON_CLIENT_CLI_ENVIRONMENT_H_
#define FALCON_CLIENT_CLI_ENVIRONMENT_H_

#include <chrono>
#include <functional>
#include <istream>
#include <ostream>
#include <stop_token>
#include <string>

#include "absl/time/time.h"
#include "cli/output_file.h"

namespace falcon::client {

// Streams must outlive the run.
struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // Of the terminal. 0: none, so no limit.
  size_t width = 0;
  // Value of an environment variable; empty where there is none.
  std::function<std::string(const char*)> variable;
  std::function<absl::Time()> now;
  // Waits so long, or until `stop`.
  std::function<void(std::chrono::milliseconds)> pause;
  // The user pressed Ctrl-C, or the terminal has gone.
  std::stop_token stop;
  // Behind `out`; null: `out` is no file descriptor.
  OutputFile* file = nullptr;
};

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_ENVIRONMENT_H_

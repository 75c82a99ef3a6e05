// The world around the program, as an argument: streams, terminal, environment, clock,
// interruption; and the exit codes by which it tells the world how it ended.
#ifndef FALCON_CLIENT_CLI_ENVIRONMENT_H_
#define FALCON_CLIENT_CLI_ENVIRONMENT_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <functional>
#include <istream>
#include <ostream>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "cli/output_file.h"

namespace falcon::client {

class Catalog;

// Streams must outlive the run.
struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // Of the terminal, columns and rows. 0: none, so no limit.
  size_t width = 0;
  size_t height = 0;
  // Value of an environment variable; empty where there is none.
  std::function<std::string(const char*)> variable;
  std::function<absl::Time()> now;
  // Waits so long, or until `stop`.
  std::function<void(std::chrono::milliseconds)> pause;
  // The user pressed Ctrl-C, or the terminal has gone.
  std::stop_token stop;
  // Behind `out`; null: `out` is no file descriptor.
  OutputFile* file = nullptr;

  // The same with other streams.
  Environment With(std::ostream& other_out, std::ostream& other_err) const {
    return {.in = in,
            .out = other_out,
            .err = other_err,
            .out_is_terminal = out_is_terminal,
            .err_is_terminal = err_is_terminal,
            .width = width,
            .height = height,
            .variable = variable,
            .now = now,
            .pause = pause,
            .stop = stop,
            .file = nullptr};
  }
};

inline void PrintError(std::ostream& err, std::string_view message) {
  err << "error: " << message << '\n';
}

enum ExitCode {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitNotAllowed = 4,
  kExitTryAgain = 5,
  kExitInterrupted = 130,
};

// For --help.
inline constexpr std::string_view kExitCodeHelp =
    "Exit codes:\n"
    "  0    success, also with an empty result\n"
    "  1    the call failed, its response is partial, or the output could not be written\n"
    "  2    invalid usage, or an invalid argument\n"
    "  3    not found, or not all of it\n"
    "  4    credentials, scopes or settings do not allow it\n"
    "  5    unavailable, deadline or rate limit exceeded: a retry may help\n"
    "  130  interrupted\n";

inline ExitCode ExitCodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return kExitOk;
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
      return kExitUsage;
    case grpc::StatusCode::NOT_FOUND:
      return kExitNotFound;
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::UNAUTHENTICATED:
      return kExitNotAllowed;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::ABORTED:
      return kExitTryAgain;
    default:
      return kExitFailed;
  }
}

// fgctl as a function. `arguments` without the program's name. Returns the exit code; never throws.
int RunProgram(const std::vector<std::string>& arguments, const Environment& environment);

// The same for who has loaded the catalog.
int RunProgram(const Catalog& catalog, const std::vector<std::string>& arguments,
               const Environment& environment);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_ENVIRONMENT_H_

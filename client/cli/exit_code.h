// What the program's exit code says.
#ifndef FALCON_CLIENT_CLI_EXIT_CODE_H_
#define FALCON_CLIENT_CLI_EXIT_CODE_H_

#include <grpcpp/support/status.h>

#include <string_view>

namespace falcon::client {

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
    "  0    done; an empty result is a result\n"
    "  1    the call failed, its answer is partial, or not all of it could be written\n"
    "  2    wrong usage, or the gateway refused an argument\n"
    "  3    not found, or not all of it\n"
    "  4    credentials, scopes or settings do not allow it\n"
    "  5    unavailable, out of time or out of budget: a retry may help\n"
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

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_EXIT_CODE_H_

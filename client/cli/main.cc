// falconctl: asks a falcon-gateway from the command line.
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "absl/time/clock.h"
#include "cli/exit_code.h"
#include "cli/program.h"

namespace {

using std::chrono::milliseconds;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

size_t TerminalWidth() {
  const int64_t columns = std::strtoll(Variable("COLUMNS").c_str(), nullptr, 10);
  if (columns > 0) return static_cast<size_t>(columns);
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) return size.ws_col;
  return 0;
}

void Pause(std::stop_token stop, milliseconds span) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, span, [] { return false; });
}

sigset_t Interruptions() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  // Wakes the watcher for good.
  sigaddset(&set, SIGUSR1);
  return set;
}

// The first Ctrl-C asks for an end; a second, or a second of waiting, makes it.
void Watch(std::stop_source interrupted) {
  const sigset_t set = Interruptions();
  if (sigwaitinfo(&set, nullptr) == SIGUSR1) return;
  interrupted.request_stop();
  const timespec second = {.tv_sec = 1, .tv_nsec = 0};
  if (sigtimedwait(&set, nullptr, &second) == SIGUSR1) return;
  _exit(falcon::client::kExitInterrupted);
}

}  // namespace

int main(int argc, char** argv) {
  // gRPC's own log lines are about what the error below says better.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  // A reader that leaves, as `head` does, is seen as a failed write.
  signal(SIGPIPE, SIG_IGN);
  const sigset_t set = Interruptions();
  // Before any thread starts, so that every thread leaves them to the watcher.
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  std::stop_source interrupted;
  std::thread watcher(Watch, interrupted);
  const falcon::client::Environment environment{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = isatty(STDERR_FILENO) == 1,
      .width = TerminalWidth(),
      .variable = Variable,
      .now = [] { return absl::Now(); },
      .pause = [&](milliseconds span) { Pause(interrupted.get_token(), span); },
      .stop = interrupted.get_token()};
  const int code = falcon::client::RunProgram({argv + 1, argv + argc}, environment);
  pthread_kill(watcher.native_handle(), SIGUSR1);
  watcher.join();
  return code;
}

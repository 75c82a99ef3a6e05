// fgctl: asks a falcon-gateway from the command line.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stop_token>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "cli/environment.h"
#include "cli/output_file.h"

namespace {

using std::chrono::milliseconds;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

struct Extent {
  size_t width = 0;
  size_t height = 0;
};

Extent TerminalExtent() {
  const int64_t columns = std::strtoll(Variable("COLUMNS").c_str(), nullptr, 10);
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) size = {};
  return {.width = columns > 0 ? static_cast<size_t>(columns) : size.ws_col, .height = size.ws_row};
}

void Pause(const std::stop_token& stop, milliseconds span) {
  absl::Notification stopped;
  const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
  stopped.WaitForNotificationWithTimeout(absl::FromChrono(span));
}

// A closed standard stream would be the next file or socket that is opened.
void HoldStandardStreams() {
  int fd = open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = open("/dev/null", O_RDONLY);
  if (fd >= 0) close(fd);
}

sigset_t Interruptions() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  // The terminal has gone, unless nohup said that this does not matter.
  struct sigaction hangup = {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaddset(&set, SIGHUP);
  // Wakes the watcher for good.
  sigaddset(&set, SIGUSR1);
  return set;
}

// The first Ctrl-C asks for an end; a second, or three seconds of waiting, makes it.
void Watch(std::stop_source interrupted) {
  const sigset_t set = Interruptions();
  if (sigwaitinfo(&set, nullptr) == SIGUSR1) return;
  interrupted.request_stop();
  const timespec span = {.tv_sec = 3, .tv_nsec = 0};
  if (sigtimedwait(&set, nullptr, &span) == SIGUSR1) return;
  _exit(falcon::client::kExitInterrupted);
}

}  // namespace

int main(int argc, char** argv) {
  // gRPC's own log lines are about what the error below says better.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  HoldStandardStreams();
  // A reader that leaves, as `head` does, and a file that may not grow are seen as failed writes.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  const sigset_t set = Interruptions();
  // Before any thread starts, so that every thread leaves them to the watcher.
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  std::stop_source interrupted;
  std::thread watcher(Watch, interrupted);
  falcon::client::OutputFile output(STDOUT_FILENO, interrupted.get_token());
  std::ostream out(&output);
  const Extent extent = TerminalExtent();
  const falcon::client::Environment environment{
      .in = std::cin,
      .out = out,
      .err = std::cerr,
      .out_is_terminal = isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = isatty(STDERR_FILENO) == 1,
      .width = extent.width,
      .height = extent.height,
      .variable = Variable,
      .now = [] { return absl::Now(); },
      .pause = [&](milliseconds span) { Pause(interrupted.get_token(), span); },
      .stop = interrupted.get_token(),
      .file = &output};
  int code = falcon::client::RunProgram({argv + 1, argv + argc}, environment);
  if (code == falcon::client::kExitOk && !output.Close()) {
    std::cerr << "error: Standard output: " << output.WhyFailed() << ".\n";
    code = falcon::client::kExitFailed;
  }
  pthread_kill(watcher.native_handle(), SIGUSR1);
  watcher.join();
  return code;
}

// falcon-mcp-bridge: an MCP server for Claude and other assistants, as a client of falcon-gateway.
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>

#include "absl/time/clock.h"
#include "mcp/program.h"

namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// From the system's randomness.
std::string Nonce() {
  std::array<unsigned char, 8> bytes;
  // Without randomness there is no boundary that a record cannot guess.
  if (getentropy(bytes.data(), bytes.size()) != 0) std::abort();
  std::string digits;
  for (const unsigned char byte : bytes) {
    digits.push_back("0123456789abcdef"[byte >> 4]);
    digits.push_back("0123456789abcdef"[byte & 15]);
  }
  return digits;
}

sigset_t Endings() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void EndAtOnce(int /*signal*/) { _exit(0); }

// A handler of our own, since a container's first process ignores signals without one.
void EndOnSignal() {
  struct sigaction action{};
  action.sa_handler = EndAtOnce;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  const sigset_t set = Endings();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void WaitForSignal() {
  const sigset_t set = Endings();
  // Unlike sigwaitinfo it goes on after a stop and a continue.
  int received = 0;
  sigwait(&set, &received);
}

}  // namespace

int main(int argc, char** argv) {
  // An arena for each worker would hold megabytes that nobody uses.
  mallopt(M_ARENA_MAX, 2);
  // gRPC's own log lines are about what tool results say better.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  // A client that leaves is seen as a failed write.
  signal(SIGPIPE, SIG_IGN);
  const sigset_t set = Endings();
  // Before any thread starts, so that only the main thread takes them.
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return falcon::mcp::RunProgram({argv + 1, argv + argc}, {.in = STDIN_FILENO,
                                                           .out = STDOUT_FILENO,
                                                           .text_out = std::cout,
                                                           .err = std::cerr,
                                                           .variable = Variable,
                                                           .now = [] { return absl::Now(); },
                                                           .nonce = Nonce,
                                                           .end_on_signal = EndOnSignal,
                                                           .wait_for_signal = WaitForSignal});
}

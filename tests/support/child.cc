// Starts the child by posix_spawn and reads its output until it is ready.
#include "tests/support/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace falcon::testing {
namespace {

pid_t Spawn(std::vector<std::string>& arguments, int out) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::string path = std::string("PATH=") + std::getenv("PATH") + ":/usr/sbin";
  char* env[] = {path.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), env);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + arguments[0]);
  return pid;
}

void AwaitReady(int out, const std::string& program, const std::string& ready) {
  std::string said;
  char bytes[4096];
  while (said.find(ready) == std::string::npos) {
    const ssize_t size = read(out, bytes, sizeof(bytes));
    if (size <= 0) throw std::runtime_error(program + " did not start: " + said);
    said.append(bytes, static_cast<size_t>(size));
  }
}

}  // namespace

Child::Child(std::vector<std::string> arguments, const std::string& ready) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  out_ = ends[0];
  pid_ = Spawn(arguments, ends[1]);
  close(ends[1]);
  AwaitReady(out_, arguments[0], ready);
}

Child::~Child() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(out_);
}

}  // namespace falcon::testing

// Debian's redis-server, by posix_spawn.
#include "tests/support/redis_server.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace falcon::testing {
namespace {

// Reads what it says until it is ready; the pipe stays open until its end.
void AwaitReady(int out) {
  std::string said;
  char bytes[4096];
  while (said.find("accept connections at") == std::string::npos) {
    const ssize_t size = read(out, bytes, sizeof(bytes));
    if (size <= 0) throw std::runtime_error("redis-server did not start: " + said);
    said.append(bytes, static_cast<size_t>(size));
  }
}

pid_t Spawn(std::vector<std::string> arguments, int out) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::string path = std::string("PATH=") + std::getenv("PATH");
  char* env[] = {path.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), env);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start redis-server");
  return pid;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> flags)
    : flags_(std::move(flags)), socket_(scratch_.folder() + "/redis.sock") {
  Start();
}

RedisServer::~RedisServer() { Kill(); }

void RedisServer::Start() {
  std::vector<std::string> arguments = {
      "redis-server", "--port", "0",     "--unixsocket",   socket_, "--save", "",
      "--appendonly", "no",     "--dir", scratch_.folder()};
  arguments.insert(arguments.end(), flags_.begin(), flags_.end());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  pid_ = Spawn(std::move(arguments), ends[1]);
  close(ends[1]);
  AwaitReady(ends[0]);
  close(ends[0]);
}

void RedisServer::Kill() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Stop() const {
  kill(pid_, SIGSTOP);
  int status = 0;
  waitpid(pid_, &status, WUNTRACED);
}

void RedisServer::Continue() const { kill(pid_, SIGCONT); }

}  // namespace falcon::testing

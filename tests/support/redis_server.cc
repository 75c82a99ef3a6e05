// Runs redis-server as a child process.
#include "tests/support/redis_server.h"

#include <signal.h>
#include <sys/wait.h>

#include <utility>

namespace falcon::testing {

RedisServer::RedisServer(std::vector<std::string> flags)
    : flags_(std::move(flags)), socket_(scratch_.folder() + "/redis.sock") {
  Start();
}

void RedisServer::Start() {
  std::vector<std::string> arguments = {
      "redis-server", "--port", "0",     "--unixsocket",   socket_, "--save", "",
      "--appendonly", "no",     "--dir", scratch_.folder()};
  arguments.insert(arguments.end(), flags_.begin(), flags_.end());
  child_ = std::make_unique<Child>(std::move(arguments), "accept connections at");
}

void RedisServer::Stop() const {
  kill(child_->pid(), SIGSTOP);
  int status = 0;
  waitpid(child_->pid(), &status, WUNTRACED);
}

void RedisServer::Continue() const { kill(child_->pid(), SIGCONT); }

}  // namespace falcon::testing

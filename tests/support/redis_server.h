// A real Redis for one test, at a socket in its own folder.
#ifndef FALCON_TESTS_SUPPORT_REDIS_SERVER_H_
#define FALCON_TESTS_SUPPORT_REDIS_SERVER_H_

#include <signal.h>
#include <sys/wait.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

namespace falcon::testing {

// Stores nothing on disk and listens on no network.
class RedisServer {
 public:
  // Returns when it serves. `flags` are added to the command line.
  explicit RedisServer(std::vector<std::string> flags = {}) : flags_(std::move(flags)) { Start(); }

  // "unix:/..."
  std::string address() const { return "unix:" + socket_; }

  void Kill() { child_.reset(); }
  // After Kill: serves again at the same address, without data.
  void Start() {
    std::vector<std::string> arguments = {
        "redis-server", "--port", "0",     "--unixsocket",   socket_, "--save", "",
        "--appendonly", "no",     "--dir", scratch_.folder()};
    arguments.insert(arguments.end(), flags_.begin(), flags_.end());
    child_ = std::make_unique<Child>(std::move(arguments), "accept connections at");
  }
  // SIGSTOP: it accepts connections and does not answer.
  void Stop() const {
    kill(child_->pid(), SIGSTOP);
    int status = 0;
    waitpid(child_->pid(), &status, WUNTRACED);
  }
  void Continue() const { kill(child_->pid(), SIGCONT); }

 private:
  const std::vector<std::string> flags_;
  TempDir scratch_;
  const std::string socket_ = scratch_.folder() + "/redis.sock";
  std::unique_ptr<Child> child_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_REDIS_SERVER_H_

// A real Redis for one test, at a socket in its own folder.
#ifndef FALCON_TESTS_SUPPORT_REDIS_SERVER_H_
#define FALCON_TESTS_SUPPORT_REDIS_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

namespace falcon::testing {

// Stores nothing on disk and listens on no network.
class RedisServer {
 public:
  // Returns when it serves. `flags` are added to the command line.
  explicit RedisServer(std::vector<std::string> flags = {});

  // "unix:/..."
  std::string address() const { return "unix:" + socket_; }

  void Kill() { child_.reset(); }
  // After Kill: serves again at the same address, without data.
  void Start();
  // SIGSTOP (it accepts connections and does not answer) and SIGCONT.
  void Stop() const;
  void Continue() const;

 private:
  const std::vector<std::string> flags_;
  TempDir scratch_;
  std::string socket_;
  std::unique_ptr<Child> child_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_REDIS_SERVER_H_

// A real Redis for one test, at a socket in a folder of its own.
#ifndef FALCON_TESTS_SUPPORT_REDIS_SERVER_H_
#define FALCON_TESTS_SUPPORT_REDIS_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

namespace falcon::testing {

// Keeps nothing on disk, and listens on no network.
class RedisServer {
 public:
  // Returns when it serves. `flags`: further ones.
  explicit RedisServer(std::vector<std::string> flags = {});

  // "unix:/..."
  std::string address() const { return "unix:" + socket_; }

  void Kill() { child_.reset(); }
  // Again at the same address, empty. After a Kill.
  void Start();
  // SIGSTOP: takes connections and answers nothing; and SIGCONT.
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

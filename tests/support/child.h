// An installed program as a child process of a test.
#ifndef FALCON_TESTS_SUPPORT_CHILD_H_
#define FALCON_TESTS_SUPPORT_CHILD_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace falcon::testing {

// The destructor kills the process.
class Child {
 public:
  // Searches PATH. Returns when the program has printed `ready` to standard output or error.
  Child(std::vector<std::string> arguments, const std::string& ready);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;  // stays open, since the program may print more
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_CHILD_H_

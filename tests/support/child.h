// A program of Debian's as a child process of a test.
#ifndef FALCON_TESTS_SUPPORT_CHILD_H_
#define FALCON_TESTS_SUPPORT_CHILD_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace falcon::testing {

// Killed with its object.
class Child {
 public:
  // Finds the program by PATH, and returns when it has printed `ready` to standard output or error.
  Child(std::vector<std::string> arguments, const std::string& ready);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;  // stays open: the program may go on to print
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_CHILD_H_

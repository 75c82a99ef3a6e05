// A program of ours as a child process: started with its own environment, watched by what it
// prints, ended with the test.
#ifndef FALCON_TESTS_E2E_PROGRAM_H_
#define FALCON_TESTS_E2E_PROGRAM_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace falcon::e2e {

// The programs of this build.
std::string GatewayProgram();
std::string SimulatorProgram();
std::string FgctlProgram();
std::string BridgeProgram();
// Of the packages that scripts/bootstrap installs: ".bin/buf".
std::string ToolPath(std::string_view path);

struct Outcome {
  int status = -1;  // exit status; 128 + signal when killed
  std::string out;
  std::string err;
};

// Runs to its end. `input` goes to standard input.
Outcome RunToEnd(const std::string& path, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment = {},
                 const std::string& input = "");

// A size of a process in MiB: "VmHWM", its largest resident size so far, or "VmRSS"; -1 if it ended.
int MemoryMib(pid_t pid, const std::string& key);

// Whether a program's standard input is a pipe from its test, or the test's own.
enum class Input { kInherited, kPiped };

// Runs until destroyed, which sends SIGTERM and waits. Standard error goes to the file `log`.
class Program {
 public:
  Program(const std::string& path, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment, std::string log,
          Input input = Input::kInherited);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // The next line that it prints to standard output; empty when it ended.
  std::string ReadLine();
  // To its piped input. False: it reads no more.
  bool Write(std::string_view text) const;
  void CloseInput();
  void Signal(int signal) const;
  // Waits for its end. 128 + signal when killed.
  int Wait();
  pid_t pid() const { return pid_; }
  // All it wrote to standard error so far.
  std::string Log() const;

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  // Read, and not asked for yet.
  std::string ahead_;
  std::string log_;
};

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_PROGRAM_H_

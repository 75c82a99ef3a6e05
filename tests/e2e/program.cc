// Child processes by posix_spawn.
#include "tests/e2e/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/support/paths.h"

namespace falcon::e2e {
namespace {

using falcon::testing::BuildPath;
using falcon::testing::SourcePath;

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t Spawn(const std::string& path, const std::vector<std::string>& arguments,
            const std::map<std::string, std::string>& environment,
            posix_spawn_file_actions_t& actions) {
  std::vector<std::string> argv = {path};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> env = {std::string("PATH=") + std::getenv("PATH")};
  for (const auto& [name, value] : environment) env.push_back(name + "=" + value);
  for (const char* kept : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "HOME"}) {
    if (const char* value = std::getenv(kept)) env.push_back(std::string(kept) + "=" + value);
  }
  pid_t pid = -1;
  const int error = posix_spawn(&pid, path.c_str(), &actions, nullptr, Pointers(argv).data(),
                                Pointers(env).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + path);
  return pid;
}

int ExitStatus(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    read = ends[0];
    write = ends[1];
  }
  int read;
  int write;
};

std::string ReadAll(int fd) {
  std::string text;
  char buffer[65536];
  for (ssize_t n; (n = ::read(fd, buffer, sizeof(buffer))) > 0;) text.append(buffer, n);
  close(fd);
  return text;
}

}  // namespace

std::string GatewayProgram() { return BuildPath("service/falcon-gateway"); }
std::string SimulatorProgram() { return BuildPath("tests/simulator/falcon-simulator"); }
std::string FgctlProgram() { return BuildPath("client/fgctl"); }
std::string BridgeProgram() { return BuildPath("client/falcon-mcp-bridge"); }

std::string ToolPath(std::string_view path) {
  return SourcePath("build/tools/node_modules/").append(path);
}

Outcome RunToEnd(const std::string& path, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment, const std::string& input) {
  Pipe in, out, err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_adddup2(&actions, err.write, 2);
  const pid_t pid = Spawn(path, arguments, environment, actions);
  close(in.read);
  close(out.write);
  close(err.write);
  Outcome outcome;
  std::thread feeder([&] {
    [[maybe_unused]] const ssize_t written = ::write(in.write, input.data(), input.size());
    close(in.write);
  });
  std::thread reader([&] { outcome.err = ReadAll(err.read); });
  outcome.out = ReadAll(out.read);
  feeder.join();
  reader.join();
  int status = 0;
  waitpid(pid, &status, 0);
  outcome.status = ExitStatus(status);
  return outcome;
}

int MemoryMib(pid_t pid, const std::string& key) {
  std::ifstream lines("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key + ":")) return std::atoi(line.c_str() + key.size() + 1) / 1024;
  }
  return -1;
}

Program::Program(const std::string& path, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment, std::string log,
                 Input input)
    : log_(std::move(log)) {
  Pipe out;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_addopen(&actions, 2, log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  int child_in = -1;
  if (input == Input::kPiped) {
    // A child that is gone is seen as a failed write.
    signal(SIGPIPE, SIG_IGN);
    const Pipe in;
    child_in = in.read;
    in_ = in.write;
    posix_spawn_file_actions_adddup2(&actions, child_in, 0);
  }
  pid_ = Spawn(path, arguments, environment, actions);
  if (child_in >= 0) close(child_in);
  close(out.write);
  out_ = out.read;
}

Program::~Program() {
  if (pid_ > 0) {
    Signal(SIGTERM);
    Wait();
  }
  CloseInput();
  close(out_);
}

std::string Program::ReadLine() {
  size_t end;
  for (size_t searched = 0; (end = ahead_.find('\n', searched)) == std::string::npos;) {
    searched = ahead_.size();
    char buffer[65536];
    const ssize_t n = ::read(out_, buffer, sizeof(buffer));
    if (n <= 0) return std::exchange(ahead_, {});
    ahead_.append(buffer, static_cast<size_t>(n));
  }
  std::string line = ahead_.substr(0, end);
  ahead_.erase(0, end + 1);
  return line;
}

bool Program::Write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t n = ::write(in_, text.data(), text.size());
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void Program::CloseInput() {
  if (in_ >= 0) close(std::exchange(in_, -1));
}

void Program::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

int Program::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return ExitStatus(status);
}

std::string Program::Log() const {
  std::ifstream in(log_);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace falcon::e2e

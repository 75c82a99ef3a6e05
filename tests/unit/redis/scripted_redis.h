// A Redis on a free port of 127.0.0.1 that answers as a test says.
#ifndef FALCON_TESTS_UNIT_REDIS_SCRIPTED_REDIS_H_
#define FALCON_TESTS_UNIT_REDIS_SCRIPTED_REDIS_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"

namespace falcon::testing {

// One connection at a time.
class ScriptedRedis {
 public:
  using Command = std::vector<std::string>;
  // The bytes that answer a command; nullopt: it hangs up. Called on a thread of its own.
  using Handler = std::function<std::optional<std::string>(const Command& command)>;

  explicit ScriptedRedis(Handler handler) : handler_(std::move(handler)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener_, raw, size) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, raw, &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~ScriptedRedis() {
    stopped_ = true;
    shutdown(listener_, SHUT_RDWR);
    shutdown(connection_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  ScriptedRedis(const ScriptedRedis&) = delete;
  ScriptedRedis& operator=(const ScriptedRedis&) = delete;

  std::string address() const { return StrCat("127.0.0.1:", port_); }
  int port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void Run() {
    while (!stopped_) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      connection_ = fd;
      ++connections_;
      if (!stopped_) Serve(fd);
      connection_ = -1;
      close(fd);
    }
  }

  void Serve(int fd) const {
    std::string bytes;
    char room[4096];
    for (ssize_t size; (size = recv(fd, room, sizeof(room), 0)) > 0;) {
      bytes.append(room, static_cast<size_t>(size));
      for (Command command; TakeCommand(bytes, command);) {
        const std::optional<std::string> answer = handler_(command);
        if (!answer.has_value()) return;
        if (send(fd, answer->data(), answer->size(), MSG_NOSIGNAL) < 0) return;
      }
    }
  }

  // "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", if all of it is there.
  static bool TakeCommand(std::string& bytes, Command& command) {
    std::string_view rest = bytes;
    const std::optional<size_t> count = TakeNumber(rest, '*');
    if (!count.has_value()) return false;
    command.clear();
    for (size_t i = 0; i < *count; ++i) {
      const std::optional<size_t> size = TakeNumber(rest, '$');
      if (!size.has_value() || rest.size() < *size + 2) return false;
      command.emplace_back(rest.substr(0, *size));
      rest.remove_prefix(*size + 2);
    }
    bytes = std::string(rest);
    return true;
  }

  static std::optional<size_t> TakeNumber(std::string_view& text, char mark) {
    const size_t end = text.find("\r\n");
    if (end == std::string_view::npos || text.front() != mark) return std::nullopt;
    const std::string digits(text.substr(1, end - 1));
    text.remove_prefix(end + 2);
    return std::strtoul(digits.c_str(), nullptr, 10);
  }

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connection_ = -1;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_UNIT_REDIS_SCRIPTED_REDIS_H_

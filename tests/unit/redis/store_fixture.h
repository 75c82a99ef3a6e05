// A store whose time stands still, so that only what a test lets pass ever runs out; and a Redis that
// answers as a test says.
#ifndef FALCON_TESTS_UNIT_REDIS_STORE_FIXTURE_H_
#define FALCON_TESTS_UNIT_REDIS_STORE_FIXTURE_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "redis/redis_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"

namespace falcon::testing {

// Listens on a free port of 127.0.0.1. One connection at a time.
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

class StoreTest : public ::testing::Test {
 protected:
  ~StoreTest() override { loop.Stop(); }

  void Connect(redis::Access access) {
    redis::RedisOptions options;
    options.access = std::move(access);
    store =
        std::make_unique<redis::RedisStore>(options, loop, clock, timer, [] { return 0.99; }, log);
  }
  void Connect(const std::string& address) { Connect({address, "", Secret()}); }

  redis::StoreStats Stats() {
    redis::StoreStats stats;
    OnLoop(loop, [&] { stats = store->stats(); });
    return stats;
  }
  // Nothing sleeps: loop and server are at work meanwhile.
  void UntilConnected() {
    while (!Stats().connected) std::this_thread::yield();
  }
  template <class Server>
  void ConnectTo(const Server& server) {
    Connect(server.address());
    UntilConnected();
  }
  void UntilFaults(int64_t count) {
    while (Stats().faults < count) std::this_thread::yield();
  }
  // Lets the pause pass that follows the loss of a connection.
  void PassPause() { timer.Advance(seconds(10)); }

  redis::Values Get(std::vector<std::string> keys) {
    return Await(loop, store->Get(std::move(keys)));
  }
  Running<redis::Values> Begin(std::vector<std::string> keys) {
    return {loop, store->Get(std::move(keys))};
  }
  void Put(const std::string& key, const std::string& value) {
    OnLoop(loop, [&] { store->Put(key, value, seconds(60)); });
  }
  // A Get whose time runs out.
  redis::Values GetInVain(std::vector<std::string> keys) {
    Running<redis::Values> running = Begin(std::move(keys));
    timer.Advance(milliseconds(0));  // it has been asked by now
    timer.Advance(milliseconds(20));
    return *running.Get();
  }
  std::string Log() {
    std::string text;
    OnLoop(loop, [&] { text = out.str(); });
    return text;
  }

  FakeClock clock;
  std::ostringstream out;
  telemetry::Log log{telemetry::Level::kInfo, clock, out};
  runtime::Loop loop{"redis-test"};
  FakeTimer timer{loop, clock};
  std::unique_ptr<redis::RedisStore> store;
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_UNIT_REDIS_STORE_FIXTURE_H_

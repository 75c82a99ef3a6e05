// A store whose time stands still, so that only what a test lets pass ever runs out.
#ifndef FALCON_TESTS_UNIT_REDIS_STORE_FIXTURE_H_
#define FALCON_TESTS_UNIT_REDIS_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "redis/redis_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_timer.h"
#include "tests/support/on_loop.h"

namespace falcon::testing {

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

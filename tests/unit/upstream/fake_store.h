// A store in memory, which tests fill, look into, hold up and switch off.
#ifndef FALCON_TESTS_UNIT_UPSTREAM_FAKE_STORE_H_
#define FALCON_TESTS_UNIT_UPSTREAM_FAKE_STORE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "redis/key_value_store.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"

namespace falcon::upstream {

// Loop thread only, while the loop is at work.
class FakeStore final : public redis::KeyValueStore {
 public:
  struct Value {
    std::string text;
    milliseconds ttl;
  };

  explicit FakeStore(runtime::Loop& loop) : loop_(loop) {}

  Task<redis::Values> Get(std::vector<std::string> keys) override {
    gets.push_back(keys);
    if (gate != nullptr) {
      const std::shared_ptr<runtime::OneShotEvent> held = gate;
      co_await held->Wait();
    }
    redis::Values answer(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto found = values.find(keys[i]);
      if (up && found != values.end()) answer[i] = found->second.text;
    }
    co_return answer;
  }
  void Put(const std::string& key, const std::string& value, milliseconds ttl) override {
    values[key] = {value, ttl};
  }
  bool Takes(size_t bytes) const override { return up && bytes <= kMaxValueBytes; }
  redis::StoreStats stats() const override { return {up, faults}; }

  // From now on Gets wait until `gate` is set.
  void HoldUp() { gate = std::make_shared<runtime::OneShotEvent>(loop_.executor()); }

  std::map<std::string, Value> values;
  std::vector<std::vector<std::string>> gets;
  std::shared_ptr<runtime::OneShotEvent> gate;
  bool up = true;
  int64_t faults = 0;

 private:
  runtime::Loop& loop_;
};

}  // namespace falcon::upstream

#endif  // FALCON_TESTS_UNIT_UPSTREAM_FAKE_STORE_H_

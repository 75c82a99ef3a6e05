// RedisStore: KeyValueStore by a Redis that may be slow, full, gone or something else: that is
// never a caller's problem.
#ifndef FALCON_REDIS_REDIS_STORE_H_
#define FALCON_REDIS_REDIS_STORE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "redis/connection.h"
#include "redis/key_value_store.h"
#include "runtime/loop.h"
#include "runtime/timer.h"
#include "telemetry/log.h"

namespace falcon::redis {

// Uniform in [0, 1).
using Jitter = std::function<double()>;

struct RedisOptions {
  Access access;
  milliseconds limit{20};           // of one Get
  milliseconds log_in_limit{1000};  // of connecting and logging in
};

// Stays connected in the background: after a fault it tries again, at first within half a second,
// later every ten. Three Gets in a row that Redis is too slow for, or answers with an error, end the
// connection; a value that is too large does so at once. Not connected: Get answers nothing, at once.
// An attempt that gets no answer in time is followed by one at the next address of the name.
class RedisStore final : public KeyValueStore {
 public:
  // More keys of one Get are not looked up.
  static constexpr size_t kMaxKeys = 1000;

  // Begins to connect. The others outlive the loop's work. Any thread.
  RedisStore(RedisOptions options, runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
             Jitter jitter, telemetry::Log& log);
  // Gets that still wait answer nothing. Any thread.
  ~RedisStore() override;

  Task<Values> Get(std::vector<std::string> keys) override;
  void Put(const std::string& key, const std::string& value, milliseconds ttl) override;
  bool Takes(size_t bytes) const override;
  StoreStats stats() const override;

 private:
  class State;
  std::shared_ptr<State> state_;
  runtime::Loop& loop_;
};

}  // namespace falcon::redis

#endif  // FALCON_REDIS_REDIS_STORE_H_

// RedisStore: KeyValueStore over a Redis that may be slow, full or gone, which never becomes a
// caller's problem.
#ifndef FALCON_REDIS_REDIS_STORE_H_
#define FALCON_REDIS_REDIS_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "redis/key_value_store.h"
#include "runtime/loop.h"
#include "telemetry/log.h"

namespace falcon::redis {

// Where Redis is, and the user to authenticate as.
struct Access {
  std::string address;  // HOST:PORT (an IPv6 address in brackets) or unix:PATH
  std::string user;     // empty: Redis' default one
  Secret password;      // empty: no authentication
};

struct RedisOptions {
  Access access;
  milliseconds get_timeout{20};
  milliseconds connect_timeout{1000};  // authentication included
};

// Stays connected in the background.
//
//   after a fault        reconnects, at first within half a second, later every ten; an attempt
//                        without a reply in time is followed by one at the next address of the name
//   slow or failing      three Gets in a row that time out or return an error close the connection;
//                        a value that is too large does so at once
//   not connected        Get returns no values, at once
class RedisStore final : public KeyValueStore {
 public:
  // Further keys of one Get are not looked up.
  static constexpr size_t kMaxKeys = 1000;

  // Begins to connect. References outlive the loop's work. Any thread.
  RedisStore(RedisOptions options, runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
             Jitter jitter, telemetry::Log& log);
  // Gets that still wait return no values. Any thread.
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

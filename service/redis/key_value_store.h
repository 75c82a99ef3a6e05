// KeyValueStore: values that several processes share, returned within a short time or not at all.
#ifndef FALCON_REDIS_KEY_VALUE_STORE_H_
#define FALCON_REDIS_KEY_VALUE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtime/loop.h"

namespace falcon::redis {

// In the order of the keys; nullopt: absent, or not available in time.
using Values = std::vector<std::optional<std::string>>;

struct StoreStats {
  bool connected = false;
  // Timeouts, errors, lost connections and failed connects.
  int64_t faults = 0;
};

// Loop thread only.
class KeyValueStore {
 public:
  // Larger values are not put, and are ignored when others put them.
  static constexpr size_t kMaxValueBytes = size_t{1} << 20;

  virtual ~KeyValueStore() = default;

  // The values of `keys`. Never fails, and takes no longer than the store's timeout.
  virtual Task<Values> Get(std::vector<std::string> keys) = 0;
  // Sets `key` for `ttl`. Best effort; does not wait.
  virtual void Put(const std::string& key, const std::string& value, milliseconds ttl) = 0;
  // Whether a Put of `bytes` would be accepted now. Ask before preparing a costly value.
  virtual bool Takes(size_t bytes) const = 0;
  virtual StoreStats stats() const = 0;
};

}  // namespace falcon::redis

#endif  // FALCON_REDIS_KEY_VALUE_STORE_H_

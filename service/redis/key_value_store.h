// KeyValueStore: values that several processes share, to be had within a moment or not at all.
#ifndef FALCON_REDIS_KEY_VALUE_STORE_H_
#define FALCON_REDIS_KEY_VALUE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtime/task.h"

namespace falcon::redis {

// In the order of the keys; nullopt: not there, or not to be had in time.
using Values = std::vector<std::optional<std::string>>;

struct StoreStats {
  bool connected = false;
  // Times that the store was too slow, answered with an error, was lost or could not be reached.
  int64_t faults = 0;
};

// Loop thread only.
class KeyValueStore {
 public:
  // Larger values are not put, and not taken where others put them.
  static constexpr size_t kMaxValueBytes = size_t{1} << 20;

  virtual ~KeyValueStore() = default;

  // The values of `keys`. Never fails, and takes no longer than the store's limit.
  virtual Task<Values> Get(std::vector<std::string> keys) = 0;
  // Sets `key` for `ttl`, without a wait and without a promise.
  virtual void Put(const std::string& key, const std::string& value, milliseconds ttl) = 0;
  // Whether a Put of so many bytes would be taken now: what goes into one costs effort.
  virtual bool Takes(size_t bytes) const = 0;
  virtual StoreStats stats() const = 0;
};

}  // namespace falcon::redis

#endif  // FALCON_REDIS_KEY_VALUE_STORE_H_

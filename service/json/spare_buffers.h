// The memory that a Parser keeps from one page to the next. Only this room includes it.
#ifndef FALCON_JSON_SPARE_BUFFERS_H_
#define FALCON_JSON_SPARE_BUFFERS_H_

#include <cstddef>
#include <mutex>
#include <utility>

#include "simdjson.h"

namespace falcon::json {

// One buffer of type T, sized in bytes of JSON text. Any thread: a Document may end on another than
// it was made on.
template <class T>
class Spare {
 public:
  // The spare if it fits a body of `size` without being far too large; else an empty one.
  T Take(size_t size) {
    const std::lock_guard lock(mutex_);
    const bool fits = size >= kMin && spare_.capacity() >= size && spare_.capacity() / 4 <= size;
    return fits ? std::exchange(spare_, T()) : T();
  }

  void Return(T buffer) {
    if (buffer.capacity() < kMin || buffer.capacity() > kMax) return;
    const std::lock_guard lock(mutex_);
    if (spare_.capacity() < buffer.capacity()) std::swap(spare_, buffer);
  }

 private:
  static constexpr size_t kMin = size_t{256} << 10;
  static constexpr size_t kMax = size_t{16} << 20;

  std::mutex mutex_;
  T spare_;
};

class SpareBuffers {
 public:
  Spare<simdjson::dom::parser> parsers;
  Spare<simdjson::dom::document> tapes;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_SPARE_BUFFERS_H_

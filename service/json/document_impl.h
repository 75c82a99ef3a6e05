// What a Document holds, simdjson's tape and the elements of `resources` on it; and the repair of
// text before it is parsed. Internal to this room.
#ifndef FALCON_JSON_DOCUMENT_IMPL_H_
#define FALCON_JSON_DOCUMENT_IMPL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "json/document.h"
#include "simdjson.h"

namespace falcon::json {

// Repairs text that is almost JSON, so that one bad value does not lose its page. Bytes that are
// not UTF-8 and lone surrogates become U+FFFD; bare control characters and unknown escapes inside
// strings are escaped. A bare token that is not JSON, or a number beyond 64 bits and beyond a
// double, becomes text with the same characters (NaN: "NaN"). The result has simdjson's padding as
// capacity.
std::string Repair(std::string_view body);

// Keeps one buffer, sized in bytes of JSON text. Any thread: a Document may end on another thread
// than it was made on.
template <class T>
class BufferPool {
 public:
  // The pooled buffer if it fits a body of `size` without being far too large; else an empty one.
  T Take(size_t size) {
    const absl::MutexLock lock(&mutex_);
    const bool fits = size >= kMin && buffer_.capacity() >= size && buffer_.capacity() / 4 <= size;
    return fits ? std::exchange(buffer_, T()) : T();
  }

  void Return(T buffer) {
    if (buffer.capacity() < kMin || buffer.capacity() > kMax) return;
    const absl::MutexLock lock(&mutex_);
    if (buffer_.capacity() < buffer.capacity()) std::swap(buffer_, buffer);
  }

 private:
  static constexpr size_t kMin = size_t{256} << 10;
  static constexpr size_t kMax = size_t{16} << 20;

  absl::Mutex mutex_;
  T buffer_ ABSL_GUARDED_BY(mutex_);
};

// The memory that a Parser keeps from one page to the next.
struct ParserBuffers {
  BufferPool<simdjson::dom::parser> parsers;
  BufferPool<simdjson::dom::document> tapes;
};

// On the heap: elements point to `tape`.
struct Document::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (home != nullptr) home->tapes.Return(std::move(tape));
  }

  simdjson::dom::document tape;  // holds copies of all strings; the body is gone
  Envelope envelope;
  std::vector<simdjson::dom::element> resources;
  std::shared_ptr<ParserBuffers> home;  // where `tape` is returned; null: nowhere
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DOCUMENT_IMPL_H_

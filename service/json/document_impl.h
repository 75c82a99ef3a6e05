// What a Document holds: simdjson's tape, and the elements of `resources` on it. Only this room
// includes it.
#ifndef FALCON_JSON_DOCUMENT_IMPL_H_
#define FALCON_JSON_DOCUMENT_IMPL_H_

#include <memory>
#include <utility>
#include <vector>

#include "json/document.h"
#include "json/spare_buffers.h"
#include "simdjson.h"

namespace falcon::json {

// Lives on the heap: elements point to `tape`.
struct Document::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (home != nullptr) home->tapes.Return(std::move(tape));
  }

  simdjson::dom::document tape;  // holds copies of all strings, so the body is gone by now
  Envelope envelope;
  std::vector<simdjson::dom::element> resources;
  bool repaired = false;
  std::shared_ptr<SpareBuffers> home;  // where `tape` goes in the end; null: nowhere
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DOCUMENT_IMPL_H_

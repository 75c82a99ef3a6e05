// Rendered records, kept up to a number of bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "simulator/search/collection.h"

namespace falcon::simulator {

// Not synchronised: the owner guards it.
class RecordCache {
 public:
  explicit RecordCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // The record's JSON text. Valid until the next call.
  std::string_view Text(const Collection& collection, uint32_t row);

 private:
  struct Shelf {
    uint64_t version = 0;
    std::unordered_map<uint32_t, std::string> texts;
    std::deque<uint32_t> by_age;
    uint64_t bytes = 0;
  };

  uint64_t max_bytes_;
  std::unordered_map<const Collection*, Shelf> shelves_;
  std::string uncached_;
};

}  // namespace falcon::simulator

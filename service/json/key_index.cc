// Finds a key among a message's keys: an open-addressing table over their ends.
#include "json/key_index.h"

#include <bit>
#include <utility>

namespace falcon::json {

KeyIndex::KeyIndex(std::vector<std::string> keys) : keys_(std::move(keys)) {
  const size_t size = std::bit_ceil(keys_.size() * 2 + 2);
  slots_.resize(size);
  mask_ = size - 1;
  shift_ = 64 - std::countr_zero(size);
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].empty()) continue;
    const Ends ends = EndsOf(keys_[i]);
    size_t at = Start(ends);
    while (slots_[at].position >= 0) at = (at + 1) & mask_;
    slots_[at] = {ends, static_cast<int32_t>(i)};
  }
}

}  // namespace falcon::json

// Finds a key among a message's keys: one for each field of each record, so at a few cycles each.
#ifndef FALCON_JSON_KEY_INDEX_H_
#define FALCON_JSON_KEY_INDEX_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace falcon::json {

// Immutable. Keys by position.
class KeyIndex {
 public:
  KeyIndex() : KeyIndex(std::vector<std::string>()) {}
  // `keys` differ from each other, but for empty ones, which are not found.
  explicit KeyIndex(std::vector<std::string> keys);

  // -1: not among them.
  int Find(std::string_view key) const {
    const Ends ends = EndsOf(key);
    for (size_t at = Start(ends);; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.position < 0) return -1;
      if (slot.ends.first != ends.first || slot.ends.last != ends.last) continue;
      if (slot.ends.size != ends.size) continue;
      // First and last eight bytes say all about 16.
      if (key.size() <= 16 || SameMiddle(key, keys_[static_cast<size_t>(slot.position)])) {
        return slot.position;
      }
    }
  }

 private:
  struct Ends {
    uint64_t first = 0;  // eight bytes; of a short key all of it, with overlap
    uint64_t last = 0;
    uint32_t size = 0;
  };
  struct Slot {
    Ends ends;
    int32_t position = -1;
  };

  template <class Word>
  static uint64_t Load(const char* at) {
    Word word;
    std::memcpy(&word, at, sizeof(word));
    return word;
  }

  static Ends EndsOf(std::string_view key) {
    const char* const data = key.data();
    const size_t size = key.size();
    const auto length = static_cast<uint32_t>(size);
    if (size >= 8) return {Load<uint64_t>(data), Load<uint64_t>(data + size - 8), length};
    if (size >= 4) return {Load<uint32_t>(data), Load<uint32_t>(data + size - 4), length};
    if (size >= 2) return {Load<uint16_t>(data), Load<uint16_t>(data + size - 2), length};
    return {size == 1 ? Load<uint8_t>(data) : 0, 0, length};
  }

  size_t Start(const Ends& ends) const {
    const uint64_t mixed = (ends.first ^ (ends.last >> 7) ^ (ends.last << 23) ^ ends.size);
    return static_cast<size_t>((mixed * 0x9E3779B97F4A7C15) >> shift_);
  }

  // Both of one size above 16.
  static bool SameMiddle(std::string_view a, std::string_view b) {
    const size_t end = a.size() - 8;
    for (size_t at = 8; at < end; at += 8) {
      const size_t from = at + 8 <= end ? at : end - 8;
      if (Load<uint64_t>(a.data() + from) != Load<uint64_t>(b.data() + from)) return false;
    }
    return true;
  }

  std::vector<std::string> keys_;
  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_KEY_INDEX_H_

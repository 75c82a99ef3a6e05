// A set of fields of one message, by their index in its descriptor.
#ifndef FALCON_JSON_FIELD_SET_H_
#define FALCON_JSON_FIELD_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace falcon::json {

class FieldSet {
 public:
  static constexpr int kMax = 512;

  bool Has(int index) const { return (Word(index) >> (index % 64) & 1) != 0; }
  void Add(int index) { words_[static_cast<size_t>(index) / 64] |= uint64_t{1} << (index % 64); }

 private:
  uint64_t Word(int index) const { return words_[static_cast<size_t>(index) / 64]; }

  std::array<uint64_t, kMax / 64> words_{};
};

}  // namespace falcon::json

#endif  // FALCON_JSON_FIELD_SET_H_

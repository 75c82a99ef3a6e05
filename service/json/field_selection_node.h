// The tree behind a FieldSelection: one node for each message that is selected in part. Internal to
// this room.
#ifndef FALCON_JSON_FIELD_SELECTION_NODE_H_
#define FALCON_JSON_FIELD_SELECTION_NODE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "json/field_selection.h"

namespace falcon::json {

// A set of fields of one message, by their index in its descriptor.
class FieldSet {
 public:
  static constexpr int kMax = 512;

  bool Has(int index) const { return (Word(index) >> (index % 64) & 1) != 0; }
  void Add(int index) { words_[static_cast<size_t>(index) / 64] |= uint64_t{1} << (index % 64); }

 private:
  uint64_t Word(int index) const { return words_[static_cast<size_t>(index) / 64]; }

  std::array<uint64_t, kMax / 64> words_{};
};

struct FieldSelection::Node {
  FieldSet selected;
  std::map<int, std::shared_ptr<const Node>> below;  // by field index; missing: all of the field

  const Node* Below(int index) const {
    if (below.empty()) return nullptr;
    const auto found = below.find(index);
    return found == below.end() ? nullptr : found->second.get();
  }
};

}  // namespace falcon::json

#endif  // FALCON_JSON_FIELD_SELECTION_NODE_H_

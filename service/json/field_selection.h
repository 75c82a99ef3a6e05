// FieldSelection: which fields of a record are wanted, from a read mask or the brief view.
#ifndef FALCON_JSON_FIELD_SELECTION_H_
#define FALCON_JSON_FIELD_SELECTION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"

namespace falcon::json {

// The cost of a mask.
struct MaskWork {
  int64_t paths_compared = 0;  // with an unknown one, by edit distance
};

// Immutable and cheap to copy. A selected message field without selected fields below it selects
// all of it.
class FieldSelection {
 public:
  // Everything.
  FieldSelection() = default;
  // The fields with the `brief` option; of a message field only its own brief fields, if it has
  // any.
  static FieldSelection Brief(const google::protobuf::Descriptor* record);
  // `mask`: paths of `record` by its field names, such as "device.hostname", through repeated
  // messages too; no path: everything. At most 200 paths. INVALID_ARGUMENT on `read_mask`, with the
  // nearest known path for the first unknown one, if that is short. Adds to `work` unless it is
  // null.
  static absl::StatusOr<FieldSelection> FromMask(const google::protobuf::FieldMask& mask,
                                                 const google::protobuf::Descriptor* record,
                                                 MaskWork* work = nullptr);

  bool everything() const { return node_ == nullptr; }
  bool Has(const google::protobuf::FieldDescriptor* field) const;
  // The selection inside `field`, which must be selected.
  FieldSelection Below(const google::protobuf::FieldDescriptor* field) const;
  // The same with `field` of the top level added: exports need their sort key.
  FieldSelection With(const google::protobuf::FieldDescriptor* field) const;
  // The same with the field at `path`, outermost first, added.
  FieldSelection With(const std::vector<const google::protobuf::FieldDescriptor*>& path) const;
  // JSON names of the selected top-level fields, in field order; empty for everything. For Falcon's
  // `fields` parameter.
  std::vector<std::string> TopLevelJsonKeys(const google::protobuf::Descriptor* record) const;

  struct Node;  // for the decoder's inner loop
  const Node* node() const { return node_.get(); }

 private:
  explicit FieldSelection(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

// Falcon's JSON key of a field: its `json_key` option, else its name.
std::string JsonKey(const google::protobuf::FieldDescriptor* field);

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

#endif  // FALCON_JSON_FIELD_SELECTION_H_

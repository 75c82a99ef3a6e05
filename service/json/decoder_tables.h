// What the decoder knows of a message before it sees JSON: its fields by JSON key, built once from
// the descriptor.
#ifndef FALCON_JSON_DECODER_TABLES_H_
#define FALCON_JSON_DECODER_TABLES_H_

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace falcon::json {

// Finds a key among a message's keys, in a few cycles: it runs for each field of each record.
// Immutable. Keys by position.
class KeyIndex {
 public:
  KeyIndex() : KeyIndex(std::vector<std::string>()) {}
  // `keys` are distinct; empty ones are not found.
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

enum class Kind : uint8_t {
  kText,
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kFloat,
  kDouble,
  kBool,
  kEnum,
  kTimestamp,
  kMessage,
  kStruct,
  kValue,
  kMap,
};

// An enum's numbers by its values' names without their prefix, such as IN_PROGRESS, but for the
// first, _UNSPECIFIED.
class EnumNames {
 public:
  explicit EnumNames(const google::protobuf::EnumDescriptor* enumeration);
  // Any case, spaces and dashes as underscores; or `fql_value`. -1: unknown.
  int Find(std::string_view word) const;
  // The value in whose band a score lies: the greatest `min_score` that it reaches. 0: none does.
  int FindBand(int64_t score) const;

 private:
  std::vector<std::pair<std::string, int>> words_;
  std::map<int64_t, int> bands_;
};

struct MessageTable;

// Kept to 32 bytes, since entries are read in random order.
struct FieldEntry {
  const google::protobuf::FieldDescriptor* field = nullptr;
  const MessageTable* message = nullptr;  // of kMessage; of a kMap's entries
  const EnumNames* words = nullptr;       // of kEnum
  int16_t index = 0;                      // among the message's fields
  int16_t also = -1;                      // the next entry with the same JSON key
  Kind kind = Kind::kText;
  bool repeated = false;
  bool derived = false;  // another entry shows the key's value as it is
};

struct MessageTable {
  const google::protobuf::Reflection* reflection = nullptr;
  std::vector<FieldEntry> fields;
  const google::protobuf::FieldDescriptor* additional_fields = nullptr;  // a Struct

  KeyIndex keys;  // of `fields`, each once

  // Null: the message does not model `key`.
  const FieldEntry* Find(std::string_view key) const { return At(keys.Find(key)); }
  // The next field that shows the same key; null: no other does.
  const FieldEntry* Next(const FieldEntry& entry) const { return At(entry.also); }
  const FieldEntry* At(int position) const {
    return position < 0 ? nullptr : &fields[static_cast<size_t>(position)];
  }
};

// Tables of a message and of all messages within it.
class DecoderTables {
 public:
  explicit DecoderTables(const google::protobuf::Descriptor* record) : root_(Build(record)) {}
  const MessageTable& root() const { return *root_; }

 private:
  const MessageTable* Build(const google::protobuf::Descriptor* message);
  FieldEntry Entry(const google::protobuf::FieldDescriptor* field);

  // By descriptor, so that a message that contains itself ends somewhere.
  std::map<const google::protobuf::Descriptor*, std::unique_ptr<MessageTable>> tables_;
  std::map<const google::protobuf::EnumDescriptor*, EnumNames> words_;
  const MessageTable* root_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DECODER_TABLES_H_

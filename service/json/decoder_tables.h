// What the decoder knows of a message before it sees any JSON: its fields by JSON key, built once
// from the descriptor.
#ifndef FALCON_JSON_DECODER_TABLES_H_
#define FALCON_JSON_DECODER_TABLES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "json/key_index.h"

namespace falcon::json {

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
  kInstant,
  kMessage,
  kStruct,
  kValue,
  kMap,
};

// An enum's numbers by its values' names without their prefix, such as IN_PROGRESS. The first
// value, _UNSPECIFIED, is no word.
class EnumWords {
 public:
  explicit EnumWords(const google::protobuf::EnumDescriptor* enumeration);
  // Any case, spaces and dashes as underscores; or `fql_value`. -1: unknown.
  int Find(std::string_view word) const;
  // The value in whose band a score lies: the greatest `min_score` that it reaches. 0: none does.
  int FindBand(int64_t score) const;

 private:
  std::vector<std::pair<std::string, int>> words_;
  std::map<int64_t, int> bands_;
};

struct MessageTable;

// Small, for they are walked at random: 32 bytes.
struct FieldEntry {
  const google::protobuf::FieldDescriptor* field = nullptr;
  const MessageTable* message = nullptr;  // of kMessage; of a kMap's entries
  const EnumWords* words = nullptr;       // of kEnum
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
  std::map<const google::protobuf::EnumDescriptor*, EnumWords> words_;
  const MessageTable* root_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DECODER_TABLES_H_

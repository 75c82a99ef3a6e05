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
  // Any case, spaces and dashes as underscores. -1: unknown.
  int Find(std::string_view word) const;

 private:
  std::vector<std::pair<std::string, int>> words_;
};

struct MessageTable;

// Small, for they are walked at random: 32 bytes.
struct FieldEntry {
  const google::protobuf::FieldDescriptor* field = nullptr;
  const MessageTable* message = nullptr;  // of kMessage; of a kMap's entries
  const EnumWords* words = nullptr;       // of kEnum
  int16_t index = 0;                      // among the message's fields
  Kind kind = Kind::kText;
  bool repeated = false;
};

struct MessageTable {
  const google::protobuf::Reflection* reflection = nullptr;
  std::vector<FieldEntry> fields;
  const google::protobuf::FieldDescriptor* additional_fields = nullptr;  // a Struct

  KeyIndex keys;  // of `fields`

  // Null: the message does not model `key`.
  const FieldEntry* Find(std::string_view key) const {
    const int position = keys.Find(key);
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

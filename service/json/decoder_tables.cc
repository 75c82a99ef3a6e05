// What the decoder knows of a message before it sees any JSON.
#include "json/decoder_tables.h"

#include <bit>
#include <cstring>
#include <stdexcept>

#include "base/text.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/field_selection.h"
#include "json/field_set.h"

namespace falcon::json {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kAdditionalFields = "additional_fields";

Kind KindOfMessage(const Descriptor* message) {
  if (message == google::protobuf::Timestamp::descriptor()) return Kind::kInstant;
  if (message == google::protobuf::Struct::descriptor()) return Kind::kStruct;
  if (message == google::protobuf::Value::descriptor()) return Kind::kValue;
  return Kind::kMessage;
}

Kind KindOf(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Kind::kInt32;
    case FieldDescriptor::CPPTYPE_INT64:
      return Kind::kInt64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return Kind::kUint32;
    case FieldDescriptor::CPPTYPE_UINT64:
      return Kind::kUint64;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Kind::kFloat;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Kind::kDouble;
    case FieldDescriptor::CPPTYPE_BOOL:
      return Kind::kBool;
    case FieldDescriptor::CPPTYPE_ENUM:
      return Kind::kEnum;
    case FieldDescriptor::CPPTYPE_STRING:
      return Kind::kText;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return KindOfMessage(field->message_type());
  }
  return Kind::kText;
}

char Plain(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  return c == ' ' || c == '-' ? '_' : c;
}

bool SameWord(std::string_view name, std::string_view word) {
  if (name.size() != word.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (Plain(word[i]) != name[i]) return false;
  }
  return true;
}

uint64_t Load(const char* bytes, size_t size) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, size);
  return value;
}

}  // namespace

EnumWords::EnumWords(const EnumDescriptor* enumeration) {
  constexpr std::string_view kZero = "UNSPECIFIED";
  const std::string& first = enumeration->value(0)->name();
  const size_t prefix = first.ends_with(kZero) ? first.size() - kZero.size() : 0;
  for (int i = 0; i < enumeration->value_count(); ++i) {
    const std::string& name = enumeration->value(i)->name();
    words_.emplace_back(name.substr(std::min(prefix, name.size())),
                        enumeration->value(i)->number());
  }
}

int EnumWords::Find(std::string_view word) const {
  for (const auto& [name, number] : words_) {
    if (SameWord(name, word)) return number;
  }
  return -1;
}

// Length, first and last eight bytes: enough to tell a record's keys apart, at a few cycles each.
uint64_t MessageTable::Hash(std::string_view key) {
  const size_t size = key.size();
  uint64_t first = 0;
  uint64_t last = 0;
  if (size >= 8) {
    first = Load(key.data(), 8);
    last = Load(key.data() + size - 8, 8);
  } else if (size >= 4) {
    first = Load(key.data(), 4);
    last = Load(key.data() + size - 4, 4);
  } else if (size > 0) {
    first = static_cast<uint8_t>(key[0]) | uint64_t{static_cast<uint8_t>(key[size / 2])} << 8 |
            uint64_t{static_cast<uint8_t>(key[size - 1])} << 16;
  }
  return ((first * 0x9E3779B97F4A7C15) ^ std::rotl(last, 29) ^ size) * 0xD6E8FEB86659FD93;
}

void MessageTable::BuildIndex() {
  const size_t size = std::bit_ceil(fields.size() * 4 + 4);
  slots.assign(size, Slot{});
  shift = 64 - std::countr_zero(size);
  for (size_t i = 0; i < fields.size(); ++i) {
    const uint64_t hash = Hash(fields[i].key);
    size_t at = hash >> shift;
    while (slots[at].field >= 0) at = (at + 1) & (size - 1);
    slots[at] = {hash, static_cast<int>(i)};
  }
}

FieldEntry DecoderTables::Entry(const FieldDescriptor* field) {
  FieldEntry entry;
  entry.key = JsonKey(field);
  entry.field = field;
  entry.kind = KindOf(field);
  entry.repeated = field->is_repeated();
  entry.index = field->index();
  if (entry.kind == Kind::kMessage) entry.message = Build(field->message_type());
  if (entry.kind == Kind::kEnum) entry.words = std::make_shared<EnumWords>(field->enum_type());
  return entry;
}

const MessageTable* DecoderTables::Build(const Descriptor* message) {
  std::unique_ptr<MessageTable>& table = tables_[message];
  if (table != nullptr) return table.get();
  table = std::make_unique<MessageTable>();
  MessageTable& made = *table;  // `table` may move no more: std::map keeps its nodes in place
  const google::protobuf::Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(message);
  if (prototype == nullptr) throw std::invalid_argument(message->full_name());
  made.reflection = prototype->GetReflection();
  if (message->field_count() > FieldSet::kMax) throw std::length_error(message->full_name());
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    if (field->is_map()) throw std::invalid_argument(field->full_name() + ": maps are not decoded");
    if (field->name() == kAdditionalFields && KindOf(field) == Kind::kStruct) {
      made.additional_fields = field;
    } else {
      made.fields.push_back(Entry(field));
    }
  }
  made.BuildIndex();
  return &made;
}

}  // namespace falcon::json

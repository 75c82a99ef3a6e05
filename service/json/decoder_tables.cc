// Built at start, from descriptors.
#include "json/decoder_tables.h"

#include <bit>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/field_selection.h"

namespace falcon::json {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kAdditionalFields = "additional_fields";

Kind KindOfMessage(const Descriptor* message) {
  if (message == google::protobuf::Timestamp::descriptor()) return Kind::kTimestamp;
  if (message == google::protobuf::Struct::descriptor()) return Kind::kStruct;
  if (message == google::protobuf::Value::descriptor()) return Kind::kValue;
  return Kind::kMessage;
}

Kind KindOf(const FieldDescriptor* field) {
  // By CppType, which counts from 1.
  constexpr Kind kKinds[] = {Kind::kText,   Kind::kInt32,  Kind::kInt64, Kind::kUint32,
                             Kind::kUint64, Kind::kDouble, Kind::kFloat, Kind::kBool,
                             Kind::kEnum,   Kind::kText};
  static_assert(FieldDescriptor::CPPTYPE_INT32 == 1 && FieldDescriptor::CPPTYPE_DOUBLE == 5 &&
                FieldDescriptor::CPPTYPE_STRING == 9 && FieldDescriptor::MAX_CPPTYPE == 10);
  return field->message_type() != nullptr ? KindOfMessage(field->message_type())
                                          : kKinds[field->cpp_type()];
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

}  // namespace

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

EnumNames::EnumNames(const EnumDescriptor* enumeration) {
  constexpr std::string_view kZero = "UNSPECIFIED";
  const std::string& first = enumeration->value(0)->name();
  const size_t prefix = first.ends_with(kZero) ? first.size() - kZero.size() : 0;
  // From 1: a field at _UNSPECIFIED is as good as unset, and would lose the word.
  for (int i = 1; i < enumeration->value_count(); ++i) {
    const std::string& name = enumeration->value(i)->name();
    const auto& options = enumeration->value(i)->options();
    const int number = enumeration->value(i)->number();
    words_.emplace_back(name.substr(std::min(prefix, name.size())), number);
    const std::string& own = options.GetExtension(options::v1::fql_value);
    if (!own.empty()) words_.emplace_back(absl::AsciiStrToUpper(own), number);
    if (options.HasExtension(options::v1::min_score)) {
      bands_.emplace(options.GetExtension(options::v1::min_score), number);
    }
  }
}

int EnumNames::Find(std::string_view word) const {
  for (const auto& [name, number] : words_) {
    if (SameWord(name, word)) return number;
  }
  return -1;
}

int EnumNames::FindBand(int64_t score) const {
  const auto above = bands_.upper_bound(score);
  return above == bands_.begin() ? 0 : std::prev(above)->second;
}

FieldEntry DecoderTables::Entry(const FieldDescriptor* field) {
  FieldEntry entry;
  entry.field = field;
  entry.kind = field->is_map() ? Kind::kMap : KindOf(field);
  entry.repeated = field->is_repeated() && !field->is_map();
  entry.index = static_cast<int16_t>(field->index());
  const bool inside = entry.kind == Kind::kMessage || entry.kind == Kind::kMap;
  if (inside) entry.message = Build(field->message_type());
  if (entry.kind == Kind::kEnum) {
    entry.words = &words_.try_emplace(field->enum_type(), field->enum_type()).first->second;
  }
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
    const bool keyed =
        !field->is_map() || KindOf(field->message_type()->FindFieldByNumber(1)) == Kind::kText;
    if (!keyed) throw std::invalid_argument(field->full_name() + ": JSON keys are text");
    if (field->name() == kAdditionalFields && KindOf(field) == Kind::kStruct) {
      made.additional_fields = field;
    } else {
      made.fields.push_back(Entry(field));
    }
  }
  std::vector<std::string> keys;
  keys.reserve(made.fields.size());
  std::map<std::string, size_t> last;  // entry of a key
  for (size_t i = 0; i < made.fields.size(); ++i) {
    std::string key = JsonKey(made.fields[i].field);
    const auto [before, first] = last.emplace(key, i);
    made.fields[i].derived = !first;
    if (!first) made.fields[std::exchange(before->second, i)].also = static_cast<int16_t>(i);
    keys.push_back(first ? std::move(key) : std::string());
  }
  made.keys = KeyIndex(std::move(keys));
  return &made;
}

}  // namespace falcon::json

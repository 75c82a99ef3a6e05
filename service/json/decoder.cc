// Decodes Falcon's records into protobuf messages by descriptor: walks each object once, and sets
// fields by reflection.
#include "json/decoder.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/decoder_tables.h"
#include "json/document_impl.h"
#include "json/field_selection_node.h"
#include "json/field_writer.h"
#include "json/struct_values.h"

namespace falcon::json {
namespace {

namespace dom = simdjson::dom;
using google::protobuf::Message;
using google::protobuf::Struct;

class RecordDecoder {
 public:
  explicit RecordDecoder(DecodeReport& report) : report_(report) {}

  // `selection` null: everything. `extras` null: unmodelled keys are dropped.
  void Object(const MessageTable& table, const dom::object& object,
              const FieldSelection::Node* selection, Message& message, Extras* extras) {
    FieldSet seen;
    for (const auto [key, value] : object) {
      const FieldEntry* entry = table.Find(key);
      if (entry == nullptr) {
        if (extras != nullptr) extras->Store(key, value);
        continue;
      }
      if (selection != nullptr && !selection->selected.Has(entry->index)) continue;
      if (seen.Has(entry->index)) {
        table.reflection->ClearField(&message, entry->field);
        if (extras != nullptr && entry->message != nullptr) extras->Erase(key);
      }
      seen.Add(entry->index);
      const FieldSelection::Node* below =
          selection == nullptr ? nullptr : selection->Below(entry->index);
      Field({FieldWriter(*table.reflection, *entry, message), key, below, extras}, value);
    }
  }

 private:
  struct Target {
    FieldWriter writer;
    std::string_view key;
    const FieldSelection::Node* below;
    Extras* extras;  // of the message around the field
  };

  void Field(const Target& target, dom::element value) {
    dom::array array;
    if (target.writer.entry().kind == Kind::kMap) {
      Map(target, value);
    } else if (!target.writer.entry().repeated) {
      Element(target, value, -1);
    } else if (value.get(array) == simdjson::SUCCESS) {
      int index = 0;
      for (dom::element element : array) Element(target, element, index++);
    } else if (!IsEmptyText(value)) {
      Element(target, value, 0);
    }
  }

  void Map(const Target& target, dom::element value) {
    if (value.is_null() || IsEmptyText(value)) return;
    dom::object object;
    const FieldEntry& entry = target.writer.entry();
    if (value.get(object) != simdjson::SUCCESS) return CountLoss(entry, Written::kSkipped);
    const MessageTable& pair = *entry.message;
    std::optional<Extras> inside;
    if (target.extras != nullptr) inside.emplace(*target.extras, target.key, -1);
    for (const auto [key, item] : object) {
      if (item.is_null()) continue;
      Message& made = target.writer.Added();
      pair.reflection->SetString(&made, pair.Find("key")->field, std::string(key));
      const Target place = {FieldWriter(*pair.reflection, *pair.Find("value"), made), key, nullptr,
                            inside.has_value() ? &*inside : nullptr};
      if (!Element(place, item, -1)) target.writer.RemoveAdded();
    }
  }

  // False: the value is of the wrong kind.
  bool Element(const Target& target, dom::element value, int index) {
    if (value.is_null()) return true;
    const FieldEntry& entry = target.writer.entry();
    if (entry.kind != Kind::kMessage) return Count(entry, target.writer.Write(value));
    dom::object object;
    if (value.get(object) != simdjson::SUCCESS) return Count(entry, Written::kSkipped);
    Message& message = target.writer.Inside();
    if (target.extras == nullptr) {
      Object(*entry.message, object, target.below, message, nullptr);
      return true;
    }
    Extras inside(*target.extras, target.key, index);
    Object(*entry.message, object, target.below, message, &inside);
    return true;
  }

  static bool IsEmptyText(dom::element value) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS && text.empty();
  }

  bool Count(const FieldEntry& entry, Written written) {
    if (written != Written::kDone) CountLoss(entry, written);
    return written != Written::kSkipped;
  }

  void CountLoss(const FieldEntry& entry, Written written) {
    if (written == Written::kUnknownWord) {
      ++report_.unknown_enum_values;
      return;
    }
    ++report_.skipped_values;
    ++report_.skipped_fields[Cat(entry.field->containing_type()->name(), ".", entry.field->name())];
  }

  DecodeReport& report_;
};

}  // namespace

void DecodeReport::Add(const DecodeReport& other) {
  skipped_values += other.skipped_values;
  skipped_records += other.skipped_records;
  unknown_enum_values += other.unknown_enum_values;
  for (const auto& [field, count] : other.skipped_fields) skipped_fields[field] += count;
}

Decoder::Decoder(const google::protobuf::Descriptor* record)
    : tables_(std::make_unique<DecoderTables>(record)) {}
Decoder::~Decoder() = default;

bool Decoder::Decode(const Document& document, size_t index, const DecodeOptions& options,
                     Message& message, DecodeReport& report) const {
  dom::object object;
  if (document.impl().resources.at(index).get(object) != simdjson::SUCCESS) return false;
  const MessageTable& table = tables_->root();
  RecordDecoder decoder(report);
  if (!options.additional_fields || table.additional_fields == nullptr) {
    decoder.Object(table, object, options.selection.node(), message, nullptr);
    return true;
  }
  Struct unmodelled;
  Extras extras(&unmodelled);
  decoder.Object(table, object, options.selection.node(), message, &extras);
  if (unmodelled.fields_size() > 0) {
    static_cast<Struct*>(table.reflection->MutableMessage(&message, table.additional_fields))
        ->Swap(&unmodelled);
  }
  return true;
}

}  // namespace falcon::json

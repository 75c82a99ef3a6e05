// Walks each object once, and sets fields by reflection.
#include "json/decoder.h"

#include <map>
#include <string>
#include <string_view>

#include "base/text.h"
#include "google/protobuf/struct.pb.h"
#include "json/decoder_tables.h"
#include "json/document_impl.h"
#include "json/field_selection_node.h"
#include "json/field_writer.h"
#include "json/unknown_fields.h"

namespace falcon::json {

namespace {

constexpr size_t kMaxNameBytes = 256;

namespace dom = simdjson::dom;
using google::protobuf::Message;
using google::protobuf::Struct;

class RecordDecoder {
 public:
  RecordDecoder(UnknownFields& unknown, bool unmodelled)
      : unknown_(unknown), unmodelled_(unmodelled) {}

  // `selection` null: everything. `parent`: where `object` stands; null: it is the record.
  void Object(const MessageTable& table, const dom::object& object,
              const FieldSelection::Node* selection, Message& message, const ValuePath* parent) {
    FieldSet seen;
    for (const auto [key, value] : object) {
      const FieldEntry* entry = table.Find(key);
      if (entry == nullptr && unmodelled_) unknown_.AddUnmodelled({parent, key}, value);
      for (; entry != nullptr; entry = table.Next(*entry)) {
        if (selection != nullptr && !selection->selected.Has(entry->index)) continue;
        const ValuePath path{parent, key};
        if (seen.Has(entry->index)) {
          table.reflection->ClearField(&message, entry->field);
          if (!entry->derived) unknown_.Remove(path);
        }
        seen.Add(entry->index);
        const FieldSelection::Node* below =
            selection == nullptr ? nullptr : selection->Below(entry->index);
        Field({FieldWriter(*table.reflection, *entry, message), path, below}, value);
      }
    }
  }

 private:
  struct Target {
    FieldWriter writer;
    ValuePath path;
    const FieldSelection::Node* below;
  };

  void Field(const Target& target, dom::element value) {
    const FieldEntry& entry = target.writer.entry();
    if (entry.kind == Kind::kMap) return Map(target, value);
    dom::array array;
    if (entry.repeated && value.get(array) == simdjson::SUCCESS) {
      int index = 0;
      for (dom::element element : array) Element(target, element, index++);
    } else if (!entry.repeated || !IsEmptyText(value)) {
      Element(target, value, -1);
    }
  }

  void Map(const Target& target, dom::element value) {
    if (value.is_null() || IsEmptyText(value)) return;
    dom::object object;
    if (value.get(object) != simdjson::SUCCESS) return unknown_.AddMisfit(target.path, value);
    const MessageTable& pair = *target.writer.entry().message;
    std::map<std::string_view, dom::element> items;
    for (const auto [key, item] : object) items.insert_or_assign(key, item);
    for (const auto& [key, item] : items) {
      if (item.is_null()) continue;
      Message& made = target.writer.Added();
      pair.reflection->SetString(&made, pair.Find("key")->field, std::string(key));
      const Target inside = {
          FieldWriter(*pair.reflection, *pair.Find("value"), made), {&target.path, key}, nullptr};
      if (!Element(inside, item, -1)) target.writer.RemoveAdded();
    }
  }

  // False: the value is a misfit, and unknown.
  bool Element(const Target& target, dom::element value, int index) {
    if (value.is_null()) return true;
    const FieldEntry& entry = target.writer.entry();
    const ValuePath path{target.path.parent, target.path.key, index};
    dom::object object;
    const bool fits = entry.kind == Kind::kMessage ? value.get(object) == simdjson::SUCCESS
                                                   : target.writer.Write(value);
    if (!fits) {
      if (IsEmptyText(value) || entry.derived) return true;
      unknown_.AddMisfit(path, value);
    } else if (entry.kind == Kind::kMessage) {
      Object(*entry.message, object, target.below, target.writer.Inside(), &path);
    }
    return fits;
  }

  static bool IsEmptyText(dom::element value) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS && text.empty();
  }

  UnknownFields& unknown_;
  const bool unmodelled_;
};

}  // namespace

DecodeReport::Field* DecodeReport::Named(std::string_view name, int64_t count) {
  std::string key(Utf8Prefix(name, kMaxNameBytes));
  const auto known = fields.find(key);
  if (known != fields.end()) {
    known->second.count += count;
    return nullptr;
  }
  if (fields.size() == kMaxFields) return nullptr;
  Field& field = fields[std::move(key)];
  field.count = count;
  return &field;
}

DecodeReport::Field* DecodeReport::AddValue(std::string_view field) {
  ++skipped_values;
  return Named(field, 1);
}

DecodeReport::Field* DecodeReport::AddRecord(std::string_view record, int64_t count) {
  skipped_records += count;
  return Named(record, count);
}

void DecodeReport::Add(const DecodeReport& other) {
  skipped_values += other.skipped_values;
  skipped_records += other.skipped_records;
  for (const auto& [name, field] : other.fields) {
    const auto known = fields.find(name);
    if (known != fields.end()) {
      known->second.count += field.count;
    } else if (fields.size() < kMaxFields) {
      fields.emplace(name, field);
    }
  }
}

Decoder::Decoder(const google::protobuf::Descriptor* record)
    : record_(record), tables_(std::make_unique<DecoderTables>(record)) {}
Decoder::~Decoder() = default;

bool Decoder::Decode(const Document& document, size_t index, const DecodeOptions& options,
                     Message& message, DecodeReport& report) const {
  const dom::element resource = document.impl().resources.at(index);
  dom::object object;
  if (resource.get(object) != simdjson::SUCCESS) {
    DecodeReport::Field* field = report.AddRecord(record_->name());
    if (field != nullptr) field->example = ExampleOf(resource);
    return false;
  }
  const MessageTable& table = tables_->root();
  const bool has_place = table.additional_fields != nullptr;
  UnknownFields unknown;
  RecordDecoder decoder(unknown, options.additional_fields && has_place);
  decoder.Object(table, object, options.selection.node(), message, nullptr);
  for (const google::protobuf::FieldDescriptor* field : options.hidden) {
    if (!unknown.empty()) unknown.Remove({nullptr, JsonKey(field)});
  }
  if (unknown.empty()) return true;
  unknown.Store(report, has_place ? static_cast<Struct*>(table.reflection->MutableMessage(
                                        &message, table.additional_fields))
                                  : nullptr);
  return true;
}

}  // namespace falcon::json

// Walks each object once, and sets fields by reflection.
#include "json/decoder.h"

#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/decoder_tables.h"
#include "json/document_impl.h"
#include "json/field_selection.h"
#include "json/unknown_fields.h"
#include "json/values.h"

namespace falcon::json {

namespace {

constexpr size_t kMaxNameBytes = 256;

namespace dom = simdjson::dom;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

template <class T>
using Setter = void (Reflection::*)(Message*, const FieldDescriptor*, T) const;

template <class T>
bool Store(const Scalar<T>& scalar, const Reflection& reflection, const FieldEntry& entry,
           Message& message, Setter<T> set, Setter<T> add) {
  if (scalar.result != ParseResult::kValue) return scalar.result == ParseResult::kUnset;
  (reflection.*(entry.repeated ? add : set))(&message, entry.field, scalar.value);
  return true;
}

Scalar<float> ReadFloat(dom::element value) {
  const Scalar<double> wide = ReadDouble(value);
  const auto narrow = static_cast<float>(wide.value);
  return std::isfinite(narrow) ? Scalar<float>{wide.result, narrow} : Scalar<float>{};
}

// Writes JSON values into one field of a message, by reflection; of a repeated field it appends.
class FieldWriter {
 public:
  FieldWriter(const Reflection& reflection, const FieldEntry& entry, Message& message)
      : reflection_(reflection), entry_(entry), message_(message) {}

  const FieldEntry& entry() const { return entry_; }

  // The message in the field: made if need be, or appended.
  Message& Inside() const {
    return entry_.repeated ? *reflection_.AddMessage(&message_, entry_.field)
                           : *reflection_.MutableMessage(&message_, entry_.field);
  }

  // Adds an entry to a kMap, and removes it.
  Message& Added() const { return *reflection_.AddMessage(&message_, entry_.field); }
  void RemoveAdded() const { reflection_.RemoveLast(&message_, entry_.field); }

  // `value` is not null, and the field is not a kMessage. False: a misfit. True also where the
  // value leaves the field unset.
  bool Write(dom::element value) const {
    const auto store = [&]<class T>(const Scalar<T>& scalar, Setter<T> set, Setter<T> add) {
      return Store(scalar, reflection_, entry_, message_, set, add);
    };
    switch (entry_.kind) {
      case Kind::kText:
        return Text(value);
      case Kind::kInt32:
        return store(Within<int32_t>(ReadInt64(value)), &Reflection::SetInt32,
                     &Reflection::AddInt32);
      case Kind::kInt64:
        return store(ReadInt64(value), &Reflection::SetInt64, &Reflection::AddInt64);
      case Kind::kUint32:
        return store(Within<uint32_t>(ReadUint64(value)), &Reflection::SetUInt32,
                     &Reflection::AddUInt32);
      case Kind::kUint64:
        return store(ReadUint64(value), &Reflection::SetUInt64, &Reflection::AddUInt64);
      case Kind::kFloat:
        return store(ReadFloat(value), &Reflection::SetFloat, &Reflection::AddFloat);
      case Kind::kDouble:
        return store(ReadDouble(value), &Reflection::SetDouble, &Reflection::AddDouble);
      case Kind::kBool:
        return store(ReadBool(value), &Reflection::SetBool, &Reflection::AddBool);
      case Kind::kEnum:
        return Enum(value);
      case Kind::kTimestamp:
        return Timestamp(value);
      case Kind::kStruct:
        return Struct(value);
      case Kind::kValue:
        StoreValue(value, static_cast<google::protobuf::Value&>(Inside()));
        return true;
      case Kind::kMessage:
      case Kind::kMap:
        break;
    }
    return false;
  }

 private:
  bool Text(dom::element value) const {
    if (std::string_view text; value.get(text) == simdjson::SUCCESS) {
      SetText(std::string(text));
      return true;
    }
    Scalar<std::string> text = ReadText(value);
    if (text.result != ParseResult::kValue) return false;
    SetText(std::move(text.value));
    return true;
  }

  void SetText(std::string text) const {
    if (entry_.repeated) {
      reflection_.AddString(&message_, entry_.field, std::move(text));
    } else {
      reflection_.SetString(&message_, entry_.field, std::move(text));
    }
  }

  bool Enum(dom::element value) const {
    const Scalar<std::string> word = ReadText(value);
    if (word.result != ParseResult::kValue) return false;
    if (word.value.empty()) return true;
    int number = entry_.words->Find(word.value);
    if (number < 0 && entry_.derived) {
      const Scalar<int64_t> score = ReadInt64(value);
      if (score.result == ParseResult::kValue) number = entry_.words->FindBand(score.value);
    }
    if (number < 0) return false;
    if (entry_.repeated) {
      reflection_.AddEnumValue(&message_, entry_.field, number);
    } else {
      reflection_.SetEnumValue(&message_, entry_.field, number);
    }
    return true;
  }

  bool Timestamp(dom::element value) const {
    const Scalar<Instant> instant = ReadInstant(value);
    if (instant.result == ParseResult::kMisfit) return false;
    if (instant.result == ParseResult::kUnset) return true;
    auto& timestamp = static_cast<google::protobuf::Timestamp&>(Inside());
    timestamp.set_seconds(instant.value.seconds);
    timestamp.set_nanos(instant.value.nanos);
    return true;
  }

  // A value that is not an object has no key, so it is stored under "value".
  bool Struct(dom::element value) const {
    if (value.is_string() && value.get_string_length().value_unsafe() == 0) return true;
    auto& fields = static_cast<google::protobuf::Struct&>(Inside());
    dom::object object;
    if (value.get(object) == simdjson::SUCCESS) {
      StoreStruct(object, fields);
    } else {
      StoreValue(value, (*fields.mutable_fields())["value"]);
    }
    return true;
  }

  const Reflection& reflection_;
  const FieldEntry& entry_;
  Message& message_;
};

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
  for (const FieldDescriptor* field : options.hidden) {
    if (!unknown.empty()) unknown.Remove({nullptr, JsonKey(field)});
  }
  if (unknown.empty()) return true;
  unknown.Store(report,
                has_place ? static_cast<google::protobuf::Struct*>(
                                table.reflection->MutableMessage(&message, table.additional_fields))
                          : nullptr);
  return true;
}

}  // namespace falcon::json

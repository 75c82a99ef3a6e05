// Writes JSON values into one field of a message, by reflection.
#include "json/field_writer.h"

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/values.h"

namespace falcon::json {
namespace {

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

}  // namespace

Message& FieldWriter::Inside() const {
  return entry_.repeated ? *reflection_.AddMessage(&message_, entry_.field)
                         : *reflection_.MutableMessage(&message_, entry_.field);
}

bool FieldWriter::Write(dom::element value) const {
  const auto store = [&]<class T>(const Scalar<T>& scalar, Setter<T> set, Setter<T> add) {
    return Store(scalar, reflection_, entry_, message_, set, add);
  };
  switch (entry_.kind) {
    case Kind::kText:
      return Text(value);
    case Kind::kInt32:
      return store(Within<int32_t>(ReadInt64(value)), &Reflection::SetInt32, &Reflection::AddInt32);
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

bool FieldWriter::Text(dom::element value) const {
  if (std::string_view text; value.get(text) == simdjson::SUCCESS) {
    SetText(std::string(text));
    return true;
  }
  Scalar<std::string> text = ReadText(value);
  if (text.result != ParseResult::kValue) return false;
  SetText(std::move(text.value));
  return true;
}

void FieldWriter::SetText(std::string text) const {
  if (entry_.repeated) {
    reflection_.AddString(&message_, entry_.field, std::move(text));
  } else {
    reflection_.SetString(&message_, entry_.field, std::move(text));
  }
}

bool FieldWriter::Enum(dom::element value) const {
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

bool FieldWriter::Timestamp(dom::element value) const {
  const Scalar<Instant> instant = ReadInstant(value);
  if (instant.result == ParseResult::kMisfit) return false;
  if (instant.result == ParseResult::kUnset) return true;
  auto& timestamp = static_cast<google::protobuf::Timestamp&>(Inside());
  timestamp.set_seconds(instant.value.seconds);
  timestamp.set_nanos(instant.value.nanos);
  return true;
}

// A value that is not an object has no key, so it is stored under "value".
bool FieldWriter::Struct(dom::element value) const {
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

}  // namespace falcon::json

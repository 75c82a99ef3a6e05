// Samples and their mutations.
#include "tests/leaves/samples.h"

#include <cctype>
#include <limits>
#include <set>
#include <string>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "tests/leaves/comparison.h"

namespace falcon::leaves {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

Json WordOf(const EnumDescriptor& words) {
  const std::string& zero = words.value(0)->name();
  std::string word = words.value(1)->name().substr(zero.size() - std::string("UNSPECIFIED").size());
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

class Sampler {
 public:
  Json Object(const Descriptor& message) {
    Json object = Json::object();
    if (!around_.insert(&message).second) return object;
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      const std::string key = KeyOf(field);
      if (key.empty() || around_.contains(field.message_type())) continue;
      if (field.is_map()) {
        const FieldDescriptor& item = *field.message_type()->map_value();
        object[key] = {{"one", Value(item)}, {"two.dotted", Value(item)}};
      } else if (field.is_repeated()) {
        object[key] = Json::array({Value(field), Value(field)});
      } else {
        object[key] = Value(field);
      }
    }
    around_.erase(&message);
    return object;
  }

 private:
  Json Value(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return "text of " + field.name();
      case FieldDescriptor::CPPTYPE_BOOL:
        return true;
      case FieldDescriptor::CPPTYPE_ENUM:
        return WordOf(*field.enum_type());
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Message(*field.message_type());
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return 1.5;
      default:
        return 7;
    }
  }

  Json Message(const Descriptor& message) {
    if (&message == google::protobuf::Timestamp::descriptor()) return "2026-01-05T08:15:29.25Z";
    if (message.file()->package() == "google.protobuf") return {{"open", Json::array({1, "x"})}};
    return Object(message);
  }

  std::set<const Descriptor*> around_;
};

void Leaves(Json& value, int& number, const std::function<void(Json&, int)>& change) {
  if (!value.is_structured() || value.empty()) return change(value, number++);
  for (Json& item : value) Leaves(item, number, change);
}

void Containers(Json& value, int depth, int& number,
                const std::function<void(Json&, int)>& change) {
  for (Json& item : value) {
    if (!item.is_structured()) continue;
    if (depth == 1) {
      change(item, number++);
    } else {
      Containers(item, depth - 1, number, change);
    }
  }
}

}  // namespace

Json SampleOf(const Descriptor& record) { return Sampler().Object(record); }

void ForEachLeaf(Json& record, const std::function<void(Json&, int)>& change) {
  int number = 0;
  Leaves(record, number, change);
}

bool ForEachContainer(Json& record, int depth, const std::function<void(Json&, int)>& change) {
  int number = 0;
  Containers(record, depth, number, change);
  return number > 0;
}

const std::vector<Json>& OddValues() {
  static const std::vector<Json> kValues = {
      "a word of tomorrow",
      "UNSPECIFIED",
      "yesterday",
      "2026-01-01 10:00:00 +0000 UTC",
      "2026-02-30T00:00:00Z",
      "12 apples",
      "über\u202e",
      "",
      nullptr,
      true,
      0,
      -1,
      2.5,
      1e300,
      int64_t{4294967296},
      int64_t{9007199254740993},
      std::numeric_limits<int64_t>::min(),
      std::numeric_limits<uint64_t>::max(),
      Json::object(),
      Json::array(),
      {{"deep", {{"er", Json::array({1, nullptr, int64_t{9007199254740993}})}}}},
      Json::array({"one", {{"two", 2}}, nullptr, 3, "", Json::array({"nested"})}),
  };
  return kValues;
}

void AddUnmodelledKeys(Json& value) {
  for (Json& item : value) {
    if (item.is_structured()) AddUnmodelledKeys(item);
  }
  if (!value.is_object()) return;
  value["key_of_tomorrow"] = {{"deep", Json::array({1, {{"a", nullptr}}})}};
  value["key with.dots[0]"] = int64_t{9007199254740993};
}

}  // namespace falcon::leaves

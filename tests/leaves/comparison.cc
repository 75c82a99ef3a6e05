// Walks the JSON and the message side by side.
#include "tests/leaves/comparison.h"

#include <set>
#include <string_view>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/struct.pb.h"
#include "tests/leaves/values.h"

namespace falcon::leaves {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Struct;

int LeavesOf(const Json& value) {
  if (!value.is_structured() || value.empty()) return 1;
  int leaves = 0;
  for (const auto& item : value) leaves += LeavesOf(item);
  return leaves;
}

// Of two fields with the key, a number and its band, the band takes a word.
const FieldDescriptor* FieldOf(const Message& message, std::string_view key, const Json& value) {
  const Descriptor& type = *message.GetDescriptor();
  const FieldDescriptor* found = nullptr;
  for (int i = 0; i < type.field_count(); ++i) {
    if (KeyOf(*type.field(i)) != key) continue;
    if (found == nullptr) {
      found = type.field(i);
    } else if (value.is_string() && !message.GetReflection()->HasField(message, found)) {
      found = type.field(i);
    }
  }
  return found;
}

bool IsOurs(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->file()->package() != "google.protobuf";
}

const Struct& ExtrasOf(const Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("additional_fields");
  if (field == nullptr) return Struct::default_instance();
  return static_cast<const Struct&>(message.GetReflection()->GetMessage(message, field));
}

class Walk {
 public:
  Walk(const Message& record, bool asked) : extras_(ExtrasOf(record)), asked_(asked) {}

  void Object(const Json& object, const Message& message, const json::FieldSelection& selection,
              const std::string& around) {
    for (const auto& [key, value] : object.items()) {
      const std::string path = around + key;
      const FieldDescriptor* field = FieldOf(message, key, value);
      if (field == nullptr) {
        Unmodelled(value, path);
      } else if (selection.Has(field)) {
        Field(value, message, *field, selection.Below(field), path);
      }
    }
  }

  Tally Result() {
    for (const auto& [path, value] : extras_.fields()) {
      if (!found_.contains(path)) tally_.lost.push_back(path + " is not in the record");
    }
    return std::move(tally_);
  }

 private:
  void Field(const Json& value, const Message& message, const FieldDescriptor& field,
             const json::FieldSelection& below, const std::string& path) {
    const bool empty_text = value.is_string() && value.get_ref<const std::string&>().empty();
    if (value.is_null() || (field.is_repeated() && empty_text)) {
      ++tally_.none;
    } else if (IsKept(value, path)) {
      return;
    } else if (field.is_map()) {
      Map(value, message, field, path);
    } else if (!field.is_repeated()) {
      Element(value, message, field, -1, below, path);
    } else {
      List(value, message, field, below, path);
    }
  }

  void List(const Json& value, const Message& message, const FieldDescriptor& field,
            const json::FieldSelection& below, const std::string& path) {
    const Json list = value.is_array() ? value : Json::array({value});
    if (list.empty()) ++tally_.typed;
    const int size = message.GetReflection()->FieldSize(message, &field);
    int next = 0;
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string place = value.is_array() ? StrCat(path, "[", i, "]") : path;
      if (IsNone(list[i], field)) {
        ++tally_.none;
      } else if (IsKept(list[i], place)) {
        continue;
      } else if (next == size) {
        Lose(list[i], place);
      } else {
        Element(list[i], message, field, next++, below, place);
      }
    }
    if (next != size) tally_.lost.push_back(path + " has more elements than Falcon sent");
  }

  void Map(const Json& value, const Message& message, const FieldDescriptor& field,
           const std::string& path) {
    if (!value.is_object()) return Lose(value, path);
    if (value.empty()) ++tally_.typed;
    const auto& reflection = *message.GetReflection();
    const FieldDescriptor& item = *field.message_type()->map_value();
    for (const auto& [key, one] : value.items()) {
      const std::string place = StrCat(path, ".", key);
      if (one.is_null()) {
        ++tally_.none;
        continue;
      }
      if (IsKept(one, place)) continue;
      const Message* found = nullptr;
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        const Message& pair = reflection.GetRepeatedMessage(message, &field, i);
        const bool same =
            pair.GetReflection()->GetString(pair, field.message_type()->map_key()) == key;
        if (same) found = &pair;
      }
      if (found == nullptr) {
        Lose(one, place);
      } else {
        Element(one, *found, item, -1, {}, place);
      }
    }
  }

  void Element(const Json& value, const Message& message, const FieldDescriptor& field, int index,
               const json::FieldSelection& below, const std::string& path) {
    const auto& reflection = *message.GetReflection();
    if (IsNone(value, field)) {
      ++tally_.none;
    } else if (!IsOurs(field)) {
      if (SaysTheSame(value, message, field, index)) {
        tally_.typed += LeavesOf(value);
      } else {
        Lose(value, path);
      }
    } else if (!value.is_object()) {
      Lose(value, path);
    } else if (index >= 0) {
      Object(value, reflection.GetRepeatedMessage(message, &field, index), below, path + ".");
    } else if (reflection.HasField(message, &field)) {
      if (value.empty()) ++tally_.typed;
      Object(value, reflection.GetMessage(message, &field), below, path + ".");
    } else {
      Lose(value, path);
    }
  }

  void Unmodelled(const Json& value, const std::string& path) {
    if (!asked_) {
      tally_.unmodelled += LeavesOf(value);
    } else if (const auto kept = Find(path); kept != nullptr && IsTheSame(value, *kept)) {
      tally_.unmodelled += LeavesOf(value);
    } else {
      Lose(value, path);
    }
  }

  bool IsKept(const Json& value, const std::string& path) {
    const google::protobuf::Value* kept = Find(path);
    if (kept == nullptr) return false;
    ++tally_.misfits;
    if (IsTheSame(value, *kept)) {
      tally_.kept += LeavesOf(value);
    } else {
      Lose(value, path);
    }
    return true;
  }

  const google::protobuf::Value* Find(const std::string& path) {
    const auto kept = extras_.fields().find(path);
    if (kept == extras_.fields().end()) return nullptr;
    found_.insert(path);
    return &kept->second;
  }

  void Lose(const Json& value, const std::string& path) {
    tally_.lost.push_back(StrCat(path, ": ", value.dump()));
  }

  const Struct& extras_;
  const bool asked_;
  std::set<std::string> found_;
  Tally tally_;
};

}  // namespace

std::string KeyOf(const FieldDescriptor& field) {
  if (field.name() == "additional_fields") return "";
  const auto& options = field.options();
  return options.HasExtension(options::v1::json_key) ? options.GetExtension(options::v1::json_key)
                                                     : field.name();
}

Tally Compare(const Json& record, const Message& message, const json::FieldSelection& selection,
              bool unmodelled_asked) {
  Walk walk(message, unmodelled_asked);
  walk.Object(record, message, selection, "");
  return walk.Result();
}

}  // namespace falcon::leaves

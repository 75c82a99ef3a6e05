// Looks values up by their paths.
#include "raw_values.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "json_text.h"
#include "messages.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string ValueText(const Message& value) {
  std::vector<const FieldDescriptor*> fields;
  value.GetReflection()->ListFields(value, &fields);
  const bool text = !fields.empty() && fields[0]->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return text ? ScalarText(value, *fields[0], -1) : JsonText(value, JsonForm::kOneLine);
}

// "[12]".
bool IsIndex(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  const std::string_view digits = text.substr(1, text.size() - 2);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

RawValues::RawValues(const Message& record) {
  const FieldDescriptor* field = record.GetDescriptor()->FindFieldByName("additional_fields");
  if (field == nullptr || field->message_type() == nullptr || field->is_repeated() ||
      KindOf(*field->message_type()) != MessageKind::kStruct ||
      !record.GetReflection()->HasField(record, field)) {
    return;
  }
  const Message& fields = MessageAt(record, *field, -1);
  const FieldDescriptor& map = *fields.GetDescriptor()->FindFieldByNumber(1);
  const int size = fields.GetReflection()->FieldSize(fields, &map);
  for (int i = 0; i < size; ++i) {
    const Message& entry = MessageAt(fields, map, i);
    values_.emplace(ScalarText(entry, *map.message_type()->map_key(), -1),
                    &MessageAt(entry, *map.message_type()->map_value(), -1));
  }
}

std::string RawValues::At(const std::string& path) const {
  std::vector<std::string> found;
  const auto begin = values_.lower_bound(path);
  for (auto it = begin; it != values_.end() && it->first.starts_with(path); ++it) {
    const std::string_view rest = std::string_view(it->first).substr(path.size());
    if (rest.empty() || IsIndex(rest)) found.push_back(ValueText(*it->second));
  }
  return Join(found, ", ");
}

std::string PathBelow(const std::string& message, const FieldDescriptor& field) {
  const std::string& own = field.options().GetExtension(options::v1::json_key);
  const std::string& key = own.empty() ? field.name() : own;
  return message.empty() ? key : StrCat(message, ".", key);
}

std::string PathBelow(const std::string& message, const FieldDescriptor& field, int index) {
  std::string path = PathBelow(message, field);
  if (index >= 0) path.append(StrCat("[", index, "]"));
  return path;
}

}  // namespace falcon::client

// Fields by name.
#include "rpc/server/field_access.h"

#include <utility>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/stubs/logging.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

template <class Matches>
const FieldDescriptor* OnlyField(const Descriptor* message, const Matches& matches) {
  const FieldDescriptor* found = nullptr;
  for (int i = 0; i < message->field_count(); ++i) {
    if (!matches(*message->field(i))) continue;
    GOOGLE_CHECK(found == nullptr) << message->full_name() << " has two fields for one purpose";
    found = message->field(i);
  }
  GOOGLE_CHECK(found != nullptr) << message->full_name() << " lacks a field";
  return found;
}

}  // namespace

const FieldDescriptor* RecordField(const Descriptor* message, const Descriptor* record) {
  return OnlyField(message,
                   [&](const FieldDescriptor& field) { return field.message_type() == record; });
}

const FieldDescriptor* PluralField(const Descriptor* message, std::string_view singular) {
  return OnlyField(message, [&](const FieldDescriptor& field) {
    return field.is_repeated() &&
           field.options().GetExtension(options::v1::singular_name) == singular;
  });
}

const google::protobuf::FieldDescriptor* FieldNamed(const google::protobuf::Descriptor* message,
                                                    std::string_view name) {
  const auto* field = message->FindFieldByName(std::string(name));
  GOOGLE_CHECK(field != nullptr) << message->full_name() << " has no field " << std::string(name);
  return field;
}

std::string StringField(const google::protobuf::Message& message, std::string_view name) {
  return message.GetReflection()->GetString(message, FieldNamed(message.GetDescriptor(), name));
}

int32_t IntField(const google::protobuf::Message& message, std::string_view name) {
  return message.GetReflection()->GetInt32(message, FieldNamed(message.GetDescriptor(), name));
}

void SetString(google::protobuf::Message& message, std::string_view name, std::string value) {
  const auto* field = FieldNamed(message.GetDescriptor(), name);
  message.GetReflection()->SetString(&message, field, std::move(value));
}

void SetInt64(google::protobuf::Message& message, std::string_view name, int64_t value) {
  const auto* field = FieldNamed(message.GetDescriptor(), name);
  message.GetReflection()->SetInt64(&message, field, value);
}

}  // namespace falcon::rpc

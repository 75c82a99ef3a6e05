// Fields by name.
#include "rpc/field_access.h"

#include <utility>

#include "google/protobuf/stubs/logging.h"

namespace falcon::rpc {

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

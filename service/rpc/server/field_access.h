// Reads and writes the fields that requests and responses of all nouns have in common, by name.
#ifndef FALCON_RPC_SERVER_FIELD_ACCESS_H_
#define FALCON_RPC_SERVER_FIELD_ACCESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace falcon::rpc {

// The field, which must exist: the contract tests hold all requests and responses to it.
const google::protobuf::FieldDescriptor* FieldNamed(const google::protobuf::Descriptor* message,
                                                    std::string_view name);

// The only field of `message` that holds `record`s, one or many.
const google::protobuf::FieldDescriptor* RecordField(const google::protobuf::Descriptor* message,
                                                     const google::protobuf::Descriptor* record);

// The repeated field of `message` whose single values are called `singular`.
const google::protobuf::FieldDescriptor* PluralField(const google::protobuf::Descriptor* message,
                                                     std::string_view singular);

std::string StringField(const google::protobuf::Message& message, std::string_view name);
bool BoolField(const google::protobuf::Message& message, std::string_view name);
void SetString(google::protobuf::Message& message, std::string_view name, std::string value);
void SetInt64(google::protobuf::Message& message, std::string_view name, int64_t value);

// The `read_options` of a request; default ones where it has none.
const v1::ReadOptions& ReadOptionsOf(const google::protobuf::Message& request);

// The `read_mask` of a request. Null: it has none, or one without paths.
const google::protobuf::FieldMask* MaskOf(const google::protobuf::Message& request);

// Whether the mask selects the field at `path`, or a part of it.
bool Selects(const google::protobuf::FieldMask& mask, std::string_view path);

// The `view` of a request, or the default of its method: BRIEF in List and Export, FULL in others.
// UNSPECIFIED where the request has no views, or a mask that overrides them.
v1::RecordView ShownView(const google::protobuf::Message& request);

// Null when unset.
template <class M>
const M* MessageField(const google::protobuf::Message& message, std::string_view name) {
  const auto* field = FieldNamed(message.GetDescriptor(), name);
  const auto* reflection = message.GetReflection();
  if (!reflection->HasField(message, field)) return nullptr;
  return google::protobuf::DynamicCastToGenerated<M>(&reflection->GetMessage(message, field));
}

template <class M>
M* MutableMessage(google::protobuf::Message& message, std::string_view name) {
  const auto* field = FieldNamed(message.GetDescriptor(), name);
  return google::protobuf::DynamicCastToGenerated<M>(
      message.GetReflection()->MutableMessage(&message, field));
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_FIELD_ACCESS_H_

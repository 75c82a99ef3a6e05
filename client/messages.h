// Reading any message by its descriptor: scalars as text, well-known types as what they mean.
#ifndef FALCON_CLIENT_MESSAGES_H_
#define FALCON_CLIENT_MESSAGES_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace falcon::client {

// Types that stand for more than their fields.
enum class MessageKind {
  kOther,
  kTimestamp,
  kDuration,
  kFieldMask,
  kStruct,
  kValue,
  kListValue,
};
MessageKind KindOf(const google::protobuf::Descriptor& type);

// `index` -1: the field is not repeated.
const google::protobuf::Message& MessageAt(const google::protobuf::Message& message,
                                           const google::protobuf::FieldDescriptor& field,
                                           int index);
double DoubleAt(const google::protobuf::Message& message,
                const google::protobuf::FieldDescriptor& field, int index);
int EnumAt(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
           int index);

// Strings and bytes as they are, numbers in decimals, true and false. Neither enums nor messages.
std::string ScalarText(const google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field, int index);

// Of a Timestamp and a Duration.
absl::Time TimeOf(const google::protobuf::Message& timestamp);
absl::Duration DurationOf(const google::protobuf::Message& duration);

// RFC 3339, "1.500s", or "a,b.c".
std::string WellKnownText(const google::protobuf::Message& message);

// A singular field by name; nothing if the message has no such field or it is not set.
std::string TextField(const google::protobuf::Message& message, std::string_view name);
std::optional<int64_t> NumberField(const google::protobuf::Message& message, std::string_view name);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_MESSAGES_H_

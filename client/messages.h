// Reading any message by its descriptor: scalars as text, well-known types as what they mean.
#ifndef FALCON_CLIENT_MESSAGES_H_
#define FALCON_CLIENT_MESSAGES_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// From a request to one of its fields, by a name that is flat: its own field, or one of its `filter`.
// Empty: it has none of that name.
using ParameterPath = std::vector<const google::protobuf::FieldDescriptor*>;
ParameterPath FindParameter(const google::protobuf::Descriptor& request, std::string_view name);
// The message that holds the last field of `path`; const: null where it is not set.
google::protobuf::Message& MutableHolder(const ParameterPath& path,
                                         google::protobuf::Message& request);
const google::protobuf::Message* HolderOf(const ParameterPath& path,
                                          const google::protobuf::Message& request);

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

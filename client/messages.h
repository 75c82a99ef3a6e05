// Reading any message by its descriptor: scalars as text, well-known types as what they mean, and
// the whole as JSON.
#ifndef FALCON_CLIENT_MESSAGES_H_
#define FALCON_CLIENT_MESSAGES_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <map>
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
// The fields that are set, in the order of their numbers.
std::vector<const google::protobuf::FieldDescriptor*> SetFields(
    const google::protobuf::Message& message);

// The texts of a repeated field.
std::vector<std::string> TextsOf(const google::protobuf::Message& message,
                                 const google::protobuf::FieldDescriptor& field);

double DoubleAt(const google::protobuf::Message& message,
                const google::protobuf::FieldDescriptor& field, int index);
int EnumAt(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
           int index);

// Strings and bytes as they are, numbers in decimals, true and false. Neither enums nor messages.
std::string ScalarText(const google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field, int index);

// From a request to one of its fields, by a name that is flat: its own field, or one of its
// `filter`. Empty: it has none of that name.
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

// Values that did not fit their fields, as a record keeps them in `additional_fields`.
// The record must outlive it.
class RawValues {
 public:
  explicit RawValues(const google::protobuf::Message& record);

  bool empty() const { return values_.empty(); }

  // What stands under a path with indices ("devices[3].product_type_desc"), and under the items of
  // a list there ("tags[0]"), by commas: text as it is, all else as JSON. Not escaped. Empty:
  // nothing.
  std::string At(const std::string& path) const;

 private:
  std::map<std::string, const google::protobuf::Message*> values_;
};

// A field's path below its message's: "device" and "hostname" -> "device.hostname". `index`: of one
// item of a list; -1: of the whole field.
std::string PathBelow(const std::string& message, const google::protobuf::FieldDescriptor& field,
                      int index = -1);

enum class JsonForm { kPretty, kOneLine };

// A message as proto3 JSON with the protos' own field names, safe to print on a terminal. Always
// valid JSON. Only what is set; 64-bit numbers as strings, enums by name, instants in RFC 3339,
// masks as {"paths": [...]}, which grpcurl takes. Hostile characters stand as \uXXXX; bytes that
// are not UTF-8 as U+FFFD. `indent` levels are put before every line but the first. protobuf's own
// printer looks every type up anew for each message, which an export of records cannot afford.
std::string JsonText(const google::protobuf::Message& message, JsonForm form, int indent = 0);

// A JSON string, quotes included.
std::string JsonString(std::string_view text);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_MESSAGES_H_

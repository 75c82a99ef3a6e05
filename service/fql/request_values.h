// Values of a request field of any type as FQL values.
#ifndef FALCON_FQL_REQUEST_VALUES_H_
#define FALCON_FQL_REQUEST_VALUES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "fql/catalogue.h"
#include "fql/expression.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace falcon::fql {

// The values of one request field in order, without duplicates, in the kind and words of the FQL
// field `target`. INVALID_ARGUMENT for blank text, text over 1024 bytes or with control characters,
// and for unknown and zero enum numbers; the message is a part of a sentence for the field's
// violation.
absl::StatusOr<std::vector<Value>> RequestValues(const google::protobuf::Message& request,
                                                 const google::protobuf::FieldDescriptor& field,
                                                 const Catalogue& catalogue, const Field& target);

// The enum values of a field, repeated (without duplicates) or not (one). Errors as above.
absl::StatusOr<std::vector<const google::protobuf::EnumValueDescriptor*>> RequestEnums(
    const google::protobuf::Message& request, const google::protobuf::FieldDescriptor& field);

// "2025-01-31T10:20:30.5Z". INVALID_ARGUMENT outside the years 1 to 9999.
absl::StatusOr<std::string> InstantText(const google::protobuf::Timestamp& instant);

// The instant as `target` compares it: text, or whole seconds since 1970, rounded up so that both
// ends of an interval keep their meaning.
absl::StatusOr<Value> InstantValue(const google::protobuf::Timestamp& instant, const Field& target);

}  // namespace falcon::fql

#endif  // FALCON_FQL_REQUEST_VALUES_H_

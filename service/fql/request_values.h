// Values of a request field, whatever its type, as FQL values.
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

// What a request says in one field: its values in order, none twice, in the kind and words of the
// FQL field `target`. Text is not blank, not over 1024 bytes and holds no control character; enum
// numbers are known and not 0. INVALID_ARGUMENT, whose message is a sentence part for the field's
// violation.
absl::StatusOr<std::vector<Value>> RequestValues(const google::protobuf::Message& request,
                                                 const google::protobuf::FieldDescriptor& field,
                                                 const Catalogue& catalogue, const Field& target);

// The enum values of a field, repeated (none twice) or not (one). As above.
absl::StatusOr<std::vector<const google::protobuf::EnumValueDescriptor*>> RequestEnums(
    const google::protobuf::Message& request, const google::protobuf::FieldDescriptor& field);

// "2025-01-31T10:20:30.5Z". INVALID_ARGUMENT outside the years 1 to 9999.
absl::StatusOr<std::string> InstantText(const google::protobuf::Timestamp& instant);

// The same as `target` compares it: text, or whole seconds since 1970, rounded up, so that both the
// start and the end of an interval keep their sense.
absl::StatusOr<Value> InstantValue(const google::protobuf::Timestamp& instant, const Field& target);

}  // namespace falcon::fql

#endif  // FALCON_FQL_REQUEST_VALUES_H_

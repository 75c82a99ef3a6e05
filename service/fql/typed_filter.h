// Typed filters of a request, by their descriptors: their values as FQL values, what each filter
// becomes as a tree, and which one filters on a given FQL field.
#ifndef FALCON_FQL_TYPED_FILTER_H_
#define FALCON_FQL_TYPED_FILTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
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

// The instant as `target` compares it: text, such as "2025-01-31T10:20:30.5Z", or whole seconds
// since 1970, rounded up so that both ends of an interval keep their meaning. INVALID_ARGUMENT
// outside the years 1 to 9999.
absl::StatusOr<Value> InstantValue(const google::protobuf::Timestamp& instant, const Field& target);

// References outlive the call.
struct TypedFilter {
  const google::protobuf::Message& message;        // the request's `filter`
  const google::protobuf::FieldDescriptor& field;  // set in `message`
  const options::v1::TypedFilter& means;
  const Catalogue& catalogue;
  WallTime now;
  bool yields_records;  // the response holds records, and not only counts
};

// The condition, or one for each of `or_fields` joined by Or, not yet checked by the catalogue.
// INVALID_ARGUMENT with a part of a sentence for the field's violation; INTERNAL if the proto's
// options contradict themselves.
absl::StatusOr<Expression> CompileTypedFilter(const TypedFilter& filter);

// The path of the field in the filter of `request` (which may be null) that filters on `fql_field`:
// its `typed_filter` names that field, or its name is the last level. Empty: there is none.
std::string ParameterFor(std::string_view fql_field, const google::protobuf::Descriptor* request);

}  // namespace falcon::fql

#endif  // FALCON_FQL_TYPED_FILTER_H_

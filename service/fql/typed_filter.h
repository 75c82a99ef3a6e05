// One typed filter of a request, read by its descriptor and turned into a tree.
#ifndef FALCON_FQL_TYPED_FILTER_H_
#define FALCON_FQL_TYPED_FILTER_H_

#include "absl/status/statusor.h"
#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/catalogue.h"
#include "fql/expression.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace falcon::fql {

// References outlive the call.
struct TypedFilter {
  const google::protobuf::Message& message;        // the request's `filter`
  const google::protobuf::FieldDescriptor& field;  // set in `message`
  const options::v1::TypedFilter& means;
  const Catalogue& catalogue;
  WallTime now;
  bool yields_records;  // the answer shows records, and not only counts
};

// The condition, or one for each of `or_fields` joined by Or, not yet held against the catalogue.
// INVALID_ARGUMENT, whose message is a sentence part for the field's violation; INTERNAL if the
// proto's options contradict themselves.
absl::StatusOr<Expression> CompileTypedFilter(const TypedFilter& filter);

}  // namespace falcon::fql

#endif  // FALCON_FQL_TYPED_FILTER_H_

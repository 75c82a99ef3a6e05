// Compiles the `filter` of a request into one tree, by the `typed_filter` options of its fields.
#ifndef FALCON_FQL_FILTER_COMPILER_H_
#define FALCON_FQL_FILTER_COMPILER_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "fql/catalogue.h"
#include "fql/catalogue_check.h"
#include "google/protobuf/message.h"

namespace falcon::fql {

// A request's `filter`; null: unset, or the request has none.
const google::protobuf::Message* FilterOf(const google::protobuf::Message& request);

struct CompiledFilter {
  Expression expression;
  std::vector<FilterNote> notes;          // for the caller
  std::optional<v1::TimeRange> interval;  // that `days` stands for
};

// The set fields of the request's `filter`, joined by AND. `now` anchors `days`: conditions are
// absolute instants, rounded down to the minute so that equal requests make equal text. With
// FILTER_CHECK_SYNTAX_ONLY the FQL is only parsed, and is sent to Falcon as it is.
//
//   INVALID_ARGUMENT  all violations at once (at most 20), each on its field: `filter.days`
//                     outside 1 to 365, an inverted range, an unknown enum number, empty text or
//                     text over 1024 bytes, more than 1000 values; `filter.fql` as in
//                     CheckFilterText, with its `corrected_filter`. FQL_INVALID if only the FQL is
//                     wrong, else INVALID_FIELD
//   INTERNAL          the options of the request's proto contradict the record's
absl::StatusOr<CompiledFilter> CompileFilters(const google::protobuf::Message& request,
                                              const Catalogue& catalogue, WallTime now);

// Whether the request's `read_options.filter_check` is FILTER_CHECK_SYNTAX_ONLY.
bool IsSyntaxOnly(const google::protobuf::Message& request);

}  // namespace falcon::fql

#endif  // FALCON_FQL_FILTER_COMPILER_H_

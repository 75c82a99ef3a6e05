// Compiles a request's typed filters and its raw `filter` into one tree, by the `filters_on`
// options.
#ifndef FALCON_FQL_FILTER_COMPILER_H_
#define FALCON_FQL_FILTER_COMPILER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "fql/catalogue.h"
#include "fql/check.h"
#include "google/protobuf/message.h"

namespace falcon::fql {

// Typed filters and the raw one, joined by AND; unset fields add nothing. Checks all of it and
// reports all violations at once (at most 20): INVALID_ARGUMENT, each on the request field
// concerned (`days` 1 to 365, not together with the range on the same FQL field; inverted range;
// unknown enum number; empty or over-long text (1024 bytes); more than 1000 values; raw filter as
// in CheckFilterText, whose `corrected_filter` is kept). The reason is FQL_INVALID if only the raw
// filter is wrong, else INVALID_FIELD. INTERNAL: the options of the request's proto contradict the
// record's. `now` anchors `days`: conditions are absolute instants, rounded down to the minute so
// that equal requests make equal text. `notes`: where to put what a reader of the answer should
// know.
//
// Where the request's `read_options.filter_check` is FILTER_CHECK_SYNTAX_ONLY, the raw filter is
// parsed only and goes to Falcon as it is.
absl::StatusOr<Expression> CompileFilters(const google::protobuf::Message& request,
                                          const Catalogue& catalogue, WallTime now,
                                          std::vector<FilterNote>* notes = nullptr);

// Whether `request` asks for that.
bool IsSyntaxOnly(const google::protobuf::Message& request);

}  // namespace falcon::fql

#endif  // FALCON_FQL_FILTER_COMPILER_H_

// Check: holds a filter against a catalogue, and brings it into the spelling that Falcon takes.
#ifndef FALCON_FQL_CHECK_H_
#define FALCON_FQL_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "fql/catalogue.h"
#include "fql/expression.h"
#include "google/protobuf/descriptor.h"

namespace falcon::fql {

// What a reader of the answer should know of the filter.
struct FilterNote {
  std::string reason;  // UNKNOWN_WORD or UNKNOWN_FIELD
  std::string message;
  std::string field;  // its FQL name
};

struct CheckedFilter {
  Expression expression;
  std::vector<FilterNote> notes;
};

struct FilterContext {
  const Catalogue& catalogue;
  std::string_view field_name = "filter.fql";             // of the request, for violations
  const google::protobuf::Descriptor* request = nullptr;  // whose typed filters may be named
};

// Every condition: known field, operator that works on its kind, value of its kind, star where the
// field takes one. A near miss of a known word is refused; another word that the vocabulary lacks
// passes with a note. The expression is in normal form. All violations at once (at most 20):
// INVALID_ARGUMENT (FQL_INVALID), each naming position, what is wrong, and what passes this check
// instead, if anything does. Facts: kPosition, and kCorrectedFilter, the whole filter with every
// mistake mended, which passes the same check; absent where one mistake has no such answer.
absl::StatusOr<CheckedFilter> CheckFilter(const Expression& expression,
                                          const FilterContext& context);

// The same of `text`, which is parsed first.
absl::StatusOr<CheckedFilter> CheckFilterText(std::string_view text, const FilterContext& context);

// `expression` as it is, with a note for each field and word that the catalogue does not know.
CheckedFilter Unchecked(Expression expression, const Catalogue& catalogue);

}  // namespace falcon::fql

#endif  // FALCON_FQL_CHECK_H_

// Checks a filter against a catalogue, and brings it into the spelling that Falcon takes.
#ifndef FALCON_FQL_CATALOGUE_CHECK_H_
#define FALCON_FQL_CATALOGUE_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "fql/catalogue.h"
#include "fql/expression.h"
#include "google/protobuf/descriptor.h"

namespace falcon::fql {

// A note on the filter for the caller.
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
  std::string_view field_name = "filter.fql";             // in the request, for violations
  const google::protobuf::Descriptor* request = nullptr;  // whose typed filters may be named
};

// Checks every condition: a known field, an operator that works on its kind, a value of its kind, a
// star where the field takes one. A near miss of a known word is refused; another word that the
// vocabulary lacks passes with a note. The result is in normal form.
//
// INVALID_ARGUMENT (FQL_INVALID) with all violations (at most 20), each naming the position, what
// is wrong, and what passes this check instead, if anything does. Metadata: kPosition, and
// kCorrectedFilter, the whole filter with every mistake mended, if that passes the same check.
absl::StatusOr<CheckedFilter> CheckFilter(const Expression& expression,
                                          const FilterContext& context);

// Parses `text` and checks it.
absl::StatusOr<CheckedFilter> CheckFilterText(std::string_view text, const FilterContext& context);

// `expression` unchanged, with a note for each field and word that the catalogue lacks.
CheckedFilter Unchecked(Expression expression, const Catalogue& catalogue);

}  // namespace falcon::fql

#endif  // FALCON_FQL_CATALOGUE_CHECK_H_

// The `filter` of a request: compiles it into one tree by the `typed_filter` options of its fields,
// and compares records with the names in it.
#ifndef FALCON_FQL_FILTER_COMPILER_H_
#define FALCON_FQL_FILTER_COMPILER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "fql/catalogue.h"
#include "fql/catalogue_check.h"
#include "google/protobuf/descriptor.h"
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

// Whether the response holds records, which can be compared, and not only counts.
bool YieldsRecords(const google::protobuf::Descriptor& request);

// Compares records with the names that a request asks for, since Falcon also returns names that
// only begin alike: those of the typed filters with FILTER_OPERATOR_NAME. A value with a star is
// not compared. Immutable.
class NameFilter {
 public:
  using Path = std::vector<const google::protobuf::FieldDescriptor*>;

  // Compares nothing.
  NameFilter() = default;
  // `request` was compiled against `catalogue`, whose record the filter is for.
  NameFilter(const google::protobuf::Message& request, const Catalogue& catalogue);

  bool empty() const { return conditions_.empty(); }
  // The record fields that are compared. They must be decoded.
  const std::vector<Path>& paths() const { return paths_; }
  // Whether each filter's field is one of its names, in any case. A record without a name there
  // cannot be compared and matches.
  bool Matches(const google::protobuf::Message& record) const;

 private:
  struct Condition {
    std::vector<Path> paths;         // any of them
    std::vector<std::string> names;  // folded
  };
  std::vector<Condition> conditions_;
  std::vector<Path> paths_;
};

// Request fields of typed filters on names that are case-sensitive: those with letters, in requests
// that only count records.
std::vector<std::string> CaseSensitiveFields(const google::protobuf::Message& request);

}  // namespace falcon::fql

#endif  // FALCON_FQL_FILTER_COMPILER_H_

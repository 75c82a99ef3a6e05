// NameFilter: compares records with the names that a request asks for, since Falcon also returns
// names that only begin alike.
#ifndef FALCON_FQL_NAME_FILTER_H_
#define FALCON_FQL_NAME_FILTER_H_

#include <string>
#include <vector>

#include "fql/catalogue.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace falcon::fql {

// Whether the response holds records, which can be compared, and not only counts.
bool YieldsRecords(const google::protobuf::Descriptor& request);

// The names of the typed filters with FILTER_OPERATOR_NAME. A value with a star is not compared.
// Immutable.
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

#endif  // FALCON_FQL_NAME_FILTER_H_

// Catalogue: every FQL field of one record, from the options in its proto. It checks orders;
// catalogue_check.h checks filters.
#ifndef FALCON_FQL_CATALOGUE_H_
#define FALCON_FQL_CATALOGUE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/expression.h"
#include "google/protobuf/descriptor.h"

namespace falcon::fql {

struct Field {
  std::string name;
  options::v1::FqlKind kind = options::v1::FQL_KIND_STRING;
  options::v1::Wildcard wildcard = options::v1::WILDCARD_UNSPECIFIED;
  bool sortable = false;
  bool text_match = false;
  bool ordered = false;  // range comparisons
  bool array = false;    // repeated in the record: exact values only
  bool equality = true;  // : and, where `negation`, :!
  bool negation = true;
  bool negated_match = true;        // !~, where `text_match`
  bool lists = true;                // Falcon takes them
  bool list_only = false;           // equality works in brackets only
  bool filterable = true;           // false: only lists are ordered by it
  bool joined_ids = false;          // may hold <cid>_<aid> as well as <aid>
  bool insensitive = false;         // ignores case
  std::vector<std::string> values;  // the vocabulary in Falcon's spelling; empty: any text
  const google::protobuf::EnumDescriptor* enumeration = nullptr;
  // The path to it in the record, outermost first. Empty: records do not hold it.
  std::vector<const google::protobuf::FieldDescriptor*> path;
};

struct Order {
  std::string field;
  bool descending = false;
  // "created_timestamp|desc", the form that every Falcon service accepts.
  std::string Text() const;
};

// Immutable. Build one per record at start.
class Catalogue {
 public:
  explicit Catalogue(const google::protobuf::Descriptor* record);

  // The field or the case-insensitive twin of that name; null: none.
  const Field* Find(std::string_view name) const;
  // Whether this catalogue allows `expression`; see CheckFilter in catalogue_check.h.
  absl::Status Check(const Expression& expression, std::string_view field_name) const;

  // Without the case-insensitive twins.
  const std::map<std::string, Field, std::less<>>& fields() const { return fields_; }

  // "created_timestamp desc". Empty text: nullopt. INVALID_ARGUMENT (ORDER_INVALID) on "order_by".
  absl::StatusOr<std::optional<Order>> ParseOrder(std::string_view order_by) const;

  // Falcon's word for an enum value of field `name`, such as "High" for SEVERITY_HIGH. Without one:
  // the value's name without its prefix, in lower case.
  std::string Word(std::string_view name, const google::protobuf::EnumValueDescriptor* value) const;

 private:
  std::map<std::string, Field, std::less<>> fields_;
  std::map<std::string, Field, std::less<>> twins_;
};

}  // namespace falcon::fql

#endif  // FALCON_FQL_CATALOGUE_H_

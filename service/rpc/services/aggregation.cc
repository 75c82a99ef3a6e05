// Checks of aggregate requests.
#include "rpc/services/aggregation.h"

#include <vector>

#include "base/text.h"
#include "fql/name_filter.h"
#include "fql/names.h"
#include "rpc/server/staleness.h"

namespace falcon::rpc {
namespace {

const fql::Field* KnownField(const std::string& name, std::string_view request_field,
                             const fql::Catalogue& catalogue, RequestValidator& validator) {
  const fql::Field* field = catalogue.Find(name);
  if (field != nullptr) return field;
  std::vector<std::string_view> names;
  for (const auto& [known, unused] : catalogue.fields()) names.push_back(known);
  validator.AddViolation(request_field,
                         StrCat("no FQL field '", name, "'", fql::NearestName(name, names)));
  return nullptr;
}

bool Computes(v1::AggregationKind kind) {
  return kind == v1::AGGREGATION_KIND_MIN || kind == v1::AGGREGATION_KIND_MAX ||
         kind == v1::AGGREGATION_KIND_AVG || kind == v1::AGGREGATION_KIND_SUM;
}

void CheckInterval(const upstream::AggregationQuery& query, RequestValidator& validator) {
  const bool histogram = query.kind == v1::AGGREGATION_KIND_DATE_HISTOGRAM;
  if (!v1::AggregationInterval_IsValid(query.interval)) {
    validator.AddViolation("interval",
                           StrCat("no interval has number ", static_cast<int>(query.interval),
                                  "; HOUR, DAY, WEEK or MONTH"));
  } else if (histogram != (query.interval != v1::AGGREGATION_INTERVAL_UNSPECIFIED)) {
    validator.AddViolation("interval", histogram ? "DATE_HISTOGRAM needs HOUR, DAY, WEEK or MONTH"
                                                 : "goes with kind DATE_HISTOGRAM only");
  }
}

}  // namespace

void CheckAggregation(const upstream::AggregationQuery& query, const fql::Catalogue& catalogue,
                      RequestValidator& validator) {
  if (!v1::AggregationKind_IsValid(query.kind)) {
    validator.AddViolation("kind",
                           StrCat("no kind has number ", static_cast<int>(query.kind),
                                  "; TERMS, DATE_HISTOGRAM, CARDINALITY, MIN, MAX, AVG or SUM"));
    return;
  }
  CheckInterval(query, validator);
  const fql::Field* field = KnownField(query.field, "field", catalogue, validator);
  if (field != nullptr && Computes(query.kind) && field->kind != options::v1::FQL_KIND_NUMBER) {
    validator.AddViolation("field",
                           StrCat("'", query.field, "' holds no number, as this kind needs"));
  }
  const bool histogram = query.kind == v1::AGGREGATION_KIND_DATE_HISTOGRAM;
  if (field != nullptr && histogram && field->kind != options::v1::FQL_KIND_TIMESTAMP) {
    validator.AddViolation("field",
                           StrCat("'", query.field, "' holds no instant, as DATE_HISTOGRAM needs"));
  }
  if (query.then_by.empty()) return;
  KnownField(query.then_by, "then_by", catalogue, validator);
  if (!histogram && query.kind != v1::AGGREGATION_KIND_TERMS) {
    validator.AddViolation("then_by", "goes with kinds TERMS and DATE_HISTOGRAM only");
  }
}

void PrepareCount(const google::protobuf::Message& request, upstream::Reading& reading,
                  RequestValidator& validator) {
  ApplyStaleness(request, reading, validator);
  for (const std::string& field : fql::CaseSensitiveFields(request)) {
    reading.AddNote({"CASE_SENSITIVE",
                     StrCat("case counts in `", field,
                            "` here: what is counted has the name as it was "
                            "given, in upper case or in lower case"),
                     field, ""});
  }
}

}  // namespace falcon::rpc

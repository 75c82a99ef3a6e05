// Checks of aggregate requests.
#include "rpc/aggregation.h"

#include <vector>

#include "base/text.h"
#include "fql/name_filter.h"
#include "fql/names.h"
#include "rpc/staleness.h"

namespace falcon::rpc {
namespace {

const fql::Field* KnownField(const std::string& name, std::string_view request_field,
                             const fql::Catalogue& catalogue, Checks& checks) {
  const fql::Field* field = catalogue.Find(name);
  if (field != nullptr) return field;
  std::vector<std::string_view> names;
  for (const auto& [known, unused] : catalogue.fields()) names.push_back(known);
  checks.Violate(request_field, Cat("no FQL field '", name, "'", fql::NearestName(name, names)));
  return nullptr;
}

bool Computes(v1::AggregationKind kind) {
  return kind == v1::AGGREGATION_KIND_MIN || kind == v1::AGGREGATION_KIND_MAX ||
         kind == v1::AGGREGATION_KIND_AVG || kind == v1::AGGREGATION_KIND_SUM;
}

void CheckInterval(const AggregationQuery& query, Checks& checks) {
  const bool histogram = query.kind == v1::AGGREGATION_KIND_DATE_HISTOGRAM;
  if (!v1::AggregationInterval_IsValid(query.interval)) {
    checks.Violate("interval", Cat("no interval has number ", static_cast<int>(query.interval),
                                   "; HOUR, DAY, WEEK or MONTH"));
  } else if (histogram != (query.interval != v1::AGGREGATION_INTERVAL_UNSPECIFIED)) {
    checks.Violate("interval", histogram ? "DATE_HISTOGRAM needs HOUR, DAY, WEEK or MONTH"
                                         : "goes with kind DATE_HISTOGRAM only");
  }
}

}  // namespace

void CheckAggregation(const AggregationQuery& query, const fql::Catalogue& catalogue,
                      Checks& checks) {
  if (!v1::AggregationKind_IsValid(query.kind)) {
    checks.Violate("kind", Cat("no kind has number ", static_cast<int>(query.kind),
                               "; TERMS, DATE_HISTOGRAM, CARDINALITY, MIN, MAX, AVG or SUM"));
    return;
  }
  CheckInterval(query, checks);
  const fql::Field* field = KnownField(query.field, "field", catalogue, checks);
  if (field != nullptr && Computes(query.kind) && field->kind != options::v1::FQL_KIND_NUMBER) {
    checks.Violate("field", Cat("'", query.field, "' holds no number, as this kind needs"));
  }
  const bool histogram = query.kind == v1::AGGREGATION_KIND_DATE_HISTOGRAM;
  if (field != nullptr && histogram && field->kind != options::v1::FQL_KIND_TIMESTAMP) {
    checks.Violate("field", Cat("'", query.field, "' holds no instant, as DATE_HISTOGRAM needs"));
  }
  if (query.then_by.empty()) return;
  KnownField(query.then_by, "then_by", catalogue, checks);
  if (!histogram && query.kind != v1::AGGREGATION_KIND_TERMS) {
    checks.Violate("then_by", "goes with kinds TERMS and DATE_HISTOGRAM only");
  }
}

void PrepareCount(const google::protobuf::Message& request, Reading& reading, Checks& checks) {
  TakeStaleness(request, reading, checks);
  for (const std::string& field : fql::CaseSensitiveFields(request)) {
    reading.AddNote({"CASE_SENSITIVE",
                     Cat("case counts in `", field,
                         "` here: what is counted has the name as it was "
                         "given, in upper case or in lower case"),
                     field, ""});
  }
}

}  // namespace falcon::rpc

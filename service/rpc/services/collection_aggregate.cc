// Aggregates: by Falcon where it offers them, else by one count per value.
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "fql/filter_compiler.h"
#include "fql/names.h"
#include "google/protobuf/reflection.h"
#include "rpc/server/request_bounds.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxValues = 20;

int EnumField(const Message& message, std::string_view name) {
  return message.GetReflection()->GetEnumValue(message, FieldNamed(message.GetDescriptor(), name));
}

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

// Checks what no filter option describes: field and then_by are in the catalogue; an interval comes
// with a histogram only; computing kinds need a number, histograms a timestamp.
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

// Applies the staleness of the request, and notes the filters whose letter case matters.
void PrepareCount(const google::protobuf::Message& request, upstream::CallStats& stats,
                  RequestValidator& validator) {
  ValidateStaleness(request, validator);
  for (const std::string& field : fql::CaseSensitiveFields(request)) {
    stats.AddNote({"CASE_SENSITIVE",
                   StrCat("case counts in `", field,
                          "` here: what is counted has the name as it was "
                          "given, in upper case or in lower case"),
                   field, ""});
  }
}

// Without empty text, which some of Falcon's services take for any value.
std::vector<std::string> Values(const fql::Field& field) {
  std::vector<std::string> values;
  std::copy_if(field.values.begin(), field.values.end(), std::back_inserter(values),
               [](const std::string& value) { return !value.empty(); });
  return values;
}

bool IsCountable(const fql::Field& field) {
  const size_t values = Values(field).size();
  const bool comparable = field.filterable && field.equality && !field.list_only;
  return values > 0 && values <= kMaxValues && !field.array && comparable;
}

const fql::Field* CountedField(const std::string& name, const fql::Catalogue& catalogue,
                               RequestValidator& validator) {
  const fql::Field* field = catalogue.Find(name);
  if (field != nullptr && IsCountable(*field)) return field;
  std::string known;
  for (const auto& [other, facts] : catalogue.fields()) {
    if (IsCountable(facts)) known += StrCat(known.empty() ? "" : ", ", other);
  }
  validator.AddViolation(
      "field", StrCat(field == nullptr ? "no FQL field " : "the values are not known of ", "'",
                      EscapeUnsafe(name, 100), "'; can be counted: ", known));
  return nullptr;
}

void AddInOrder(std::vector<v1::AggregationBucket> buckets, Message& response) {
  std::sort(buckets.begin(), buckets.end(), [](const auto& a, const auto& b) {
    return a.count() != b.count() ? a.count() > b.count() : a.label() < b.label();
  });
  const auto* into = RecordField(response.GetDescriptor(), v1::AggregationBucket::descriptor());
  for (const v1::AggregationBucket& bucket : buckets) {
    response.GetReflection()->AddMessage(&response, into)->CopyFrom(bucket);
  }
}

}  // namespace

Task<absl::StatusOr<int64_t>> TotalOf(const ServiceDeps& deps, RpcContext& context,
                                      const upstream::Operation& pages, std::string filter) {
  upstream::UpstreamRequest page(pages);
  page.query = {{"limit", "1"}};
  if (!filter.empty()) page.query.emplace_back("filter", std::move(filter));
  ASSIGN_OR_CO_RETURN(const json::Document answer, co_await deps.Call(std::move(page), context));
  const std::optional<int64_t> total = answer.envelope().pagination.total;
  const auto rows = static_cast<int64_t>(answer.envelope().resources);
  if (!total.has_value() || *total < rows || (*total > 0 && rows == 0)) {
    co_return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                    "Falcon's answer does not say how many records match");
  }
  co_return *total;
}

void Collection::PrepareAggregate(RpcContext& context, Preparation& preparation) const {
  const Message& request = preparation.request;
  RequestValidator& validator = preparation.validator;
  upstream::AggregationQuery& query = *preparation.counts;
  query.field = StringField(request, "field");
  query.then_by = StringField(request, "then_by");
  query.kind = static_cast<v1::AggregationKind>(EnumField(request, "kind"));
  if (query.kind == v1::AGGREGATION_KIND_UNSPECIFIED) query.kind = v1::AGGREGATION_KIND_TERMS;
  query.interval = static_cast<v1::AggregationInterval>(EnumField(request, "interval"));
  query.text = QueryText(request);
  query.size = PageSize(request, "size");
  ValidateQuery(query.text, validator);
  if (spec_.prepare != nullptr) spec_.prepare(preparation);
  CheckAggregation(query, catalogue_, validator);
  PrepareCount(request, context.stats, validator);
  const fql::CompiledFilter filter =
      validator.ValueOrDefault(fql::CompileFilters(request, catalogue_, preparation.now));
  query.filter = filter.expression.Text();
  DescribeFilter(filter.notes, filter.interval, query.filter, context);
}

Task<absl::Status> Collection::FetchAggregate(RpcContext& context, const Message& request,
                                              Message& response) const {
  if (spec_.aggregate_operation == nullptr) {
    co_return co_await CountByValues(context, request, response);
  }
  const std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  RequestValidator validator;
  upstream::AggregationQuery query;
  Preparation preparation{.collection = *this,
                          .request = *copy,
                          .validator = validator,
                          .now = deps_.clock.WallNow(),
                          .counts = &query};
  PrepareAggregate(context, preparation);
  CO_RETURN_IF_ERROR(validator.status());
  upstream::UpstreamRequest count = upstream::AggregateRequest(*spec_.aggregate_operation, query);
  count.query = std::move(preparation.query);
  if (spec_.repeats_aggregate_filter && !query.filter.empty()) {
    count.query.emplace_back("filter", query.filter);
  }
  ASSIGN_OR_CO_RETURN(const json::Document answer, co_await deps_.Call(std::move(count), context));
  google::protobuf::RepeatedPtrField<v1::AggregationBucket> buckets;
  ASSIGN_OR_CO_RETURN(const int64_t others, upstream::ReadAggregate(answer, &buckets));
  const auto* into = RecordField(response.GetDescriptor(), v1::AggregationBucket::descriptor());
  for (v1::AggregationBucket& bucket : buckets) {
    // Falcon returns the empty ones of the intervals that it is given.
    if (!query.bounds.empty() && bucket.count() == 0) continue;
    static_cast<v1::AggregationBucket*>(response.GetReflection()->AddMessage(&response, into))
        ->Swap(&bucket);
  }
  SetInt64(response, "other_count", others);
  co_return absl::OkStatus();
}

// Requests the total of everything and then of each value, until all records are counted. A field
// whose values are unknown or too many, or that a record may have several of, is a violation.
Task<absl::Status> Collection::CountByValues(RpcContext& context, const Message& request,
                                             Message& response) const {
  RequestValidator validator;
  PrepareCount(request, context.stats, validator);
  const fql::Field* field = CountedField(StringField(request, "field"), catalogue_, validator);
  const fql::CompiledFilter compiled =
      validator.ValueOrDefault(fql::CompileFilters(request, catalogue_, deps_.clock.WallNow()));
  CO_RETURN_IF_ERROR(validator.status());
  const fql::Expression& filter = compiled.expression;
  DescribeFilter(compiled.notes, compiled.interval, filter.Text(), context);
  ASSIGN_OR_CO_RETURN(const int64_t total,
                      co_await TotalOf(deps_, context, *spec_.count_operation, filter.Text()));
  int64_t others = total;
  std::vector<v1::AggregationBucket> buckets;
  for (const std::string& value : Values(*field)) {
    if (others <= 0) break;
    fql::Condition is;
    is.field = field->name;
    is.values.emplace_back(value);
    std::string with_value = fql::Expression::And({filter, fql::Expression::Of(is)}).Text();
    ASSIGN_OR_CO_RETURN(
        const int64_t count,
        co_await TotalOf(deps_, context, *spec_.count_operation, std::move(with_value)));
    if (count <= 0) continue;
    others -= count;
    v1::AggregationBucket& bucket = buckets.emplace_back();
    bucket.set_label(value);
    bucket.set_count(count);
  }
  AddInOrder(std::move(buckets), response);
  // Records come and go between two calls.
  SetInt64(response, "other_count", std::max<int64_t>(0, others));
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc

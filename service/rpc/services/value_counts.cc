// Asks for totals, value by value.
#include "rpc/services/value_counts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/aggregation.pb.h"
#include "fql/filter_compiler.h"
#include "google/protobuf/reflection.h"
#include "rpc/server/field_access.h"
#include "rpc/services/aggregation.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxValues = 20;

// Empty text is no value to ask for: some of Falcon's services take it for any.
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

Task<absl::StatusOr<int64_t>> TotalOf(const ServiceDeps& deps, RpcContext& call,
                                      const upstream::Operation& pages, std::string filter) {
  upstream::UpstreamCall page(pages);
  page.query = {{"limit", "1"}};
  if (!filter.empty()) page.query.emplace_back("filter", std::move(filter));
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await deps.caller.Call(std::move(page), call.reading));
  const std::optional<int64_t> total = answer.envelope().pagination.total;
  const auto rows = static_cast<int64_t>(answer.envelope().resources);
  if (!total.has_value() || *total < rows || (*total > 0 && rows == 0)) {
    co_return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                    "Falcon's answer does not say how many records match");
  }
  co_return *total;
}

Task<absl::Status> CountByValues(const ServiceDeps& deps, RpcContext& call,
                                 const fql::Catalogue& catalogue, const upstream::Operation& pages,
                                 const Message& request, Message& response) {
  RequestValidator validator;
  PrepareCount(request, call.reading, validator);
  const fql::Field* field = CountedField(StringField(request, "field"), catalogue, validator);
  const fql::CompiledFilter compiled =
      validator.ValueOrDefault(fql::CompileFilters(request, catalogue, deps.clock.WallNow()));
  CO_RETURN_IF_ERROR(validator.status());
  const fql::Expression& filter = compiled.expression;
  DescribeFilter(compiled.notes, compiled.interval, filter.Text(), call);
  ASSIGN_OR_CO_RETURN(const int64_t total, co_await TotalOf(deps, call, pages, filter.Text()));
  int64_t others = total;
  std::vector<v1::AggregationBucket> buckets;
  for (const std::string& value : Values(*field)) {
    if (others <= 0) break;
    fql::Condition is;
    is.field = field->name;
    is.values.emplace_back(value);
    std::string with_value = fql::Expression::And({filter, fql::Expression::Of(is)}).Text();
    ASSIGN_OR_CO_RETURN(const int64_t count,
                        co_await TotalOf(deps, call, pages, std::move(with_value)));
    if (count <= 0) continue;
    others -= count;
    v1::AggregationBucket& bucket = buckets.emplace_back();
    bucket.set_label(value);
    bucket.set_count(count);
  }
  AddInOrder(std::move(buckets), response);
  // Between two calls records come and go.
  SetInt64(response, "other_count", std::max<int64_t>(0, others));
  Describe(call, MutableMessage<v1::ReadInfo>(response, "read_info"));
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc

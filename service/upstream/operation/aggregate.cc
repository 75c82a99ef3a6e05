// Builds the JSON body of an aggregate and reads its buckets.
#include "upstream/operation/aggregate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {
namespace {

using Json = nlohmann::json;

// Buckets below buckets: two levels are asked for, and an answer may not drive the stack deeper.
constexpr int kMaxLevels = 4;

// Falcon's name of a value of our enums: what follows `prefix`, in lower case.
std::string FalconName(std::string_view value, std::string_view prefix) {
  return Lower(value.substr(std::min(prefix.size(), value.size())));
}

// Falcon requires every key; these values ask for nothing.
Json Element(const std::string& field, v1::AggregationKind kind, int size) {
  if (kind == v1::AGGREGATION_KIND_UNSPECIFIED) kind = v1::AGGREGATION_KIND_TERMS;
  const bool terms = kind == v1::AGGREGATION_KIND_TERMS;
  return {{"name", field},
          {"type", FalconName(v1::AggregationKind_Name(kind), "AGGREGATION_KIND_")},
          {"field", field},
          {"size", terms ? size : 0},
          {"sort", terms ? "_count|desc" : ""},  // the dot form is refused
          {"from", 0},
          {"filter", ""},
          {"q", ""},
          {"interval", ""},
          {"time_zone", kind == v1::AGGREGATION_KIND_DATE_HISTOGRAM ? "UTC" : ""},
          {"include", ""},
          {"exclude", ""},
          {"missing", ""},
          {"ranges", Json::array()},
          {"date_ranges", Json::array()},
          {"sub_aggregates", Json::array()}};
}

const Json* Member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

int64_t Integer(const Json& object, const char* key) {
  const Json* value = Member(object, key);
  if (value == nullptr || !value->is_number()) return 0;
  if (value->is_number_integer()) return value->get<int64_t>();
  const double number = value->get<double>();
  return number > -9e18 && number < 9e18 ? static_cast<int64_t>(number) : 0;
}

// A date's label is epoch milliseconds, its text stands beside it; of an interval of given ends,
// the start.
std::string Label(const Json& bucket) {
  for (const char* key : {"string_from", "key_as_string"}) {
    const Json* text = Member(bucket, key);
    if (text != nullptr && text->is_string() && !text->get_ref<const std::string&>().empty()) {
      return text->get<std::string>();
    }
  }
  const Json* label = Member(bucket, "label");
  if (label == nullptr) return "";
  return label->is_string()
             ? label->get<std::string>()
             : label->dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

void ReadBuckets(const Json& aggregate, int level,
                 google::protobuf::RepeatedPtrField<v1::AggregationBucket>* out) {
  const Json* buckets = Member(aggregate, "buckets");
  if (buckets == nullptr || !buckets->is_array() || level > kMaxLevels) return;
  for (const Json& bucket : *buckets) {
    if (!bucket.is_object()) continue;
    v1::AggregationBucket* to = out->Add();
    to->set_label(Label(bucket));
    to->set_count(Integer(bucket, "count"));
    const Json* value = Member(bucket, "value");
    if (value != nullptr && value->is_number()) to->set_value(value->get<double>());
    const Json* below = Member(bucket, "sub_aggregates");
    if (below == nullptr || !below->is_array()) continue;
    for (const Json& inner : *below) ReadBuckets(inner, level + 1, to->mutable_sub_buckets());
  }
}

}  // namespace

UpstreamRequest AggregateRequest(const Operation& operation, const AggregationQuery& query) {
  Json element = Element(query.field, query.kind, query.size);
  element["filter"] = query.filter;
  element["q"] = query.text;
  if (!query.bounds.empty()) {
    element["type"] = "date_range";
    for (size_t i = 0; i + 1 < query.bounds.size(); ++i) {
      element["date_ranges"].push_back({{"from", query.bounds[i]}, {"to", query.bounds[i + 1]}});
    }
  } else if (query.kind == v1::AGGREGATION_KIND_DATE_HISTOGRAM) {
    element["interval"] =
        FalconName(v1::AggregationInterval_Name(query.interval), "AGGREGATION_INTERVAL_");
  }
  if (!query.then_by.empty()) {
    element["sub_aggregates"].push_back(
        Element(query.then_by, v1::AGGREGATION_KIND_TERMS, query.size));
  }
  UpstreamRequest call(operation);
  call.body = JsonText(operation.body_is_list ? Json::array({element}) : element);
  return call;
}

absl::StatusOr<int64_t> ReadAggregate(
    const json::Document& answer,
    google::protobuf::RepeatedPtrField<v1::AggregationBucket>* buckets) {
  const Json aggregate =
      answer.envelope().resources == 0
          ? Json()
          : Json::parse(answer.ResourceText(0), nullptr, /*allow_exceptions=*/false);
  if (!aggregate.is_object()) {
    return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                 "Falcon's answer holds no aggregate");
  }
  ReadBuckets(aggregate, 1, buckets);
  return Integer(aggregate, "sum_other_doc_count");
}

}  // namespace falcon::upstream

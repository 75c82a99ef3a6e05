// Aggregates: the question as Falcon wants it, and its answer as buckets.
#ifndef FALCON_UPSTREAM_OPERATION_AGGREGATE_H_
#define FALCON_UPSTREAM_OPERATION_AGGREGATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/aggregation.pb.h"
#include "google/protobuf/repeated_field.h"
#include "json/document.h"
#include "upstream/operation/upstream_request.h"

namespace falcon::upstream {

// What to count or compute, over which records.
struct AggregationQuery {
  std::string field;  // FQL name
  v1::AggregationKind kind = v1::AGGREGATION_KIND_TERMS;
  v1::AggregationInterval interval = v1::AGGREGATION_INTERVAL_UNSPECIFIED;  // DATE_HISTOGRAM only
  // DATE_HISTOGRAM where Falcon counts between given instants only: each but the last starts a
  // bucket that ends at the next. RFC 3339, ascending.
  std::vector<std::string> bounds;
  std::string filter;   // FQL; empty: all records
  std::string text;     // free text over all fields
  int size = 10;        // buckets, for TERMS
  std::string then_by;  // FQL name; empty: no second level. TERMS of the same size
};

// The call with its JSON body: one aggregate, with every key that Falcon requires; in a list where
// the operation takes one.
UpstreamRequest AggregateRequest(const Operation& operation, const AggregationQuery& query);

// Appends the buckets of the first aggregate in the answer, in Falcon's order; returns how many
// records fell in none of them. UNAVAILABLE (UPSTREAM_MALFORMED) when it holds no aggregate.
absl::StatusOr<int64_t> ReadAggregate(
    const json::Document& answer,
    google::protobuf::RepeatedPtrField<v1::AggregationBucket>* buckets);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_OPERATION_AGGREGATE_H_

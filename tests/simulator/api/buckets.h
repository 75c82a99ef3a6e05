// The parts of an aggregation: buckets of rows, and metrics over them.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/search/engine.h"

namespace falcon::simulator {

struct Bucket {
  Json head;
  Rows rows;
};

// One element of an aggregate request, with what it runs over.
struct AggregateInput {
  const Collection& collection;
  const Json& spec;
  const fql::Field& field;
  const Rows& rows;
  Nanos now;
};

// Nothing when `type` makes no buckets. Terms also put `sum_other_doc_count` into `*result`.
std::optional<std::variant<std::vector<Bucket>, SearchError>> MakeBuckets(
    const std::string& type, const AggregateInput& input, Json* result);
// cardinality, min, max, avg, sum and percentiles: adds their buckets to `result`.
std::variant<Json, SearchError> MakeMetric(const std::string& type, const AggregateInput& input,
                                           Json result);

// The text of a key of `spec`; empty when absent or no text.
std::string SpecText(const Json& spec, const char* key);
// Instants in milliseconds; nothing for texts that are no numbers.
std::optional<double> AsNumber(const fql::Value& value);

}  // namespace falcon::simulator

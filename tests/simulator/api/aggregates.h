// Aggregations over a search: buckets and metrics.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "simulator/base/json.h"
#include "simulator/search/engine.h"

namespace falcon::simulator {

// The text of a key of `spec`; empty when absent or no text.
std::string SpecText(const Json& spec, const char* key);

// `spec` is one element of an aggregate request. An unknown field gives a result without buckets,
// as Falcon does. `sort`: a key of the collection, which orders equal buckets.
std::variant<Json, SearchError> Aggregate(Engine& engine, const Collection& collection,
                                          const Json& spec, bool include_hidden, Nanos now,
                                          std::string_view sort = "created_timestamp|desc");

}  // namespace falcon::simulator

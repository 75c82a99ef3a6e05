// Runs aggregate requests, nested to a reasonable depth.
#include "simulator/api/aggregates.h"

#include <utility>

#include "simulator/api/buckets.h"

namespace falcon::simulator {
namespace {

constexpr int kMaxDepth = 5;

std::variant<Json, SearchError> Run(const Collection& collection, const Json& spec,
                                    const Rows& rows, Nanos now, int depth);

// Writes the buckets, each with its own sub-aggregates.
std::variant<Json, SearchError> Nest(const Collection& collection, const Json& spec,
                                     std::vector<Bucket> buckets, Json result, Nanos now,
                                     int depth) {
  const auto inner = spec.find("sub_aggregates");
  for (Bucket& bucket : buckets) {
    bucket.head["count"] = bucket.rows.size();
    if (inner != spec.end() && inner->is_array() && !inner->empty()) {
      Json nested = Json::array();
      for (const Json& sub : *inner) {
        auto made = Run(collection, sub, bucket.rows, now, depth + 1);
        if (std::holds_alternative<SearchError>(made)) return made;
        nested.push_back(std::move(std::get<Json>(made)));
      }
      bucket.head["sub_aggregates"] = std::move(nested);
    }
    result["buckets"].push_back(std::move(bucket.head));
  }
  return result;
}

std::variant<Json, SearchError> Run(const Collection& collection, const Json& spec,
                                    const Rows& rows, Nanos now, int depth) {
  if (!spec.is_object()) return SearchError{400, "an aggregate request must be an object"};
  if (depth > kMaxDepth) return SearchError{400, "too many nested aggregates"};
  Json result = {{"name", SpecText(spec, "name")}, {"buckets", Json::array()}};
  const std::string sort = SpecText(spec, "sort");
  if (!sort.empty() && sort.find('|') == std::string::npos) {
    return SearchError{
        400, "invalid sort '" + sort + "': expected field|direction, for example _count|desc"};
  }
  fql::Field scratch;
  const std::string name = SpecText(spec, "field");
  const fql::Field* field = fql::FindField(collection.schema(), name, &scratch);
  if (field == nullptr) return result;
  const std::string type = SpecText(spec, "type");
  const AggregateInput input = {collection, spec, *field, rows, now};
  auto buckets = MakeBuckets(type, input, &result);
  if (!buckets) return MakeMetric(type, input, std::move(result));
  if (auto* error = std::get_if<SearchError>(&*buckets)) return std::move(*error);
  return Nest(collection, spec, std::move(std::get<std::vector<Bucket>>(*buckets)),
              std::move(result), now, depth);
}

}  // namespace

std::variant<Json, SearchError> Aggregate(Engine& engine, const Collection& collection,
                                          const Json& spec, bool include_hidden, Nanos now,
                                          std::string_view sort) {
  if (!spec.is_object()) return SearchError{400, "an aggregate request must be an object"};
  const Search search = {SpecText(spec, "filter"), std::string(sort), SpecText(spec, "q"),
                         include_hidden};
  auto found = engine.Run(collection, search, now);
  if (auto* error = std::get_if<SearchError>(&found)) return std::move(*error);
  return Run(collection, spec, *std::get<RowsPtr>(found), now, 1);
}

}  // namespace falcon::simulator

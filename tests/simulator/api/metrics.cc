// Numbers over the rows of a search or a bucket.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "simulator/api/buckets.h"

namespace falcon::simulator {
namespace {

Json Percentiles(const Json& spec, const std::vector<double>& numbers, Json result) {
  Json wanted = spec.value("percents", Json::array());
  if (!wanted.is_array() || wanted.empty()) wanted = {1, 5, 25, 50, 75, 95, 99};
  for (const Json& percent : wanted) {
    if (!percent.is_number()) continue;
    const double share = std::clamp(percent.get<double>(), 0.0, 100.0) / 100;
    const double at = share * static_cast<double>(numbers.empty() ? 0 : numbers.size() - 1);
    const double value = numbers.empty() ? 0 : numbers[static_cast<size_t>(std::lround(at))];
    result["buckets"].push_back({{"label", fql::NumberText(percent.get<double>())},
                                 {"count", numbers.size()},
                                 {"value", value}});
  }
  return result;
}

}  // namespace

std::variant<Json, SearchError> MakeMetric(const std::string& type, const AggregateInput& input,
                                           Json result) {
  if (type == "cardinality") {
    std::set<std::string> distinct;
    for (uint32_t row : input.rows) {
      const fql::Value value = input.collection.Get(row, input.field);
      if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        distinct.insert(list->begin(), list->end());
      else if (!std::holds_alternative<std::monostate>(value))
        distinct.insert(fql::TextOf(value));
    }
    result["buckets"].push_back({{"count", input.rows.size()}, {"value", distinct.size()}});
    return result;
  }
  std::vector<double> numbers;
  for (uint32_t row : input.rows) {
    if (const std::optional<double> number = AsNumber(input.collection.Get(row, input.field)))
      numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  if (type == "percentiles") return Percentiles(input.spec, numbers, std::move(result));
  double value = 0;
  for (double number : numbers) value += number;
  if (type == "avg") {
    value = numbers.empty() ? 0 : value / static_cast<double>(numbers.size());
  } else if (type == "min" || type == "max") {
    value = numbers.empty() ? 0 : type == "min" ? numbers.front() : numbers.back();
  } else if (type != "sum") {
    return SearchError{400, "unknown aggregate type '" + type + "'"};
  }
  Json bucket = {{"count", numbers.size()}, {"value", value}};
  if (input.field.type == fql::FieldType::kTime) {
    bucket["value_as_string"] = FormatTime(static_cast<Nanos>(value) * kMillisecond, 3);
  }
  result["buckets"].push_back(std::move(bucket));
  return result;
}

}  // namespace falcon::simulator

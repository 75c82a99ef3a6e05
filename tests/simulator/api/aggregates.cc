// Buckets, metrics, and aggregate requests that nest them.
#include "simulator/api/aggregates.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace falcon::simulator {
namespace {

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

// Instants in milliseconds; nothing for texts that are no numbers.
std::optional<double> AsNumber(const fql::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* instant = std::get_if<fql::Instant>(&value))
    return static_cast<double>(instant->nanos / kMillisecond);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* text = std::get_if<std::string>(&value)) return fql::ParseNumber(*text);
  return std::nullopt;
}

int64_t Whole(const Json& spec, const char* key, int64_t fallback) {
  const auto found = spec.find(key);
  return found != spec.end() && found->is_number_integer() ? found->get<int64_t>() : fallback;
}

// Start of the interval `instant` falls into; nothing for an unknown interval.
std::optional<Nanos> Floor(Nanos instant, const std::string& interval) {
  if (interval == "year" || interval == "month") {
    CivilDate date = ToCivil(instant);
    date.day = 1;
    if (interval == "year") date.month = 1;
    return FromCivil(date);
  }
  static const std::map<std::string, Nanos, std::less<>> kUnits = {
      {"second", kSecond}, {"minute", kMinute}, {"hour", kHour}, {"day", kDay},
      {"s", kSecond},      {"m", kMinute},      {"h", kHour},    {"d", kDay},
      {"week", 7 * kDay},  {"w", 7 * kDay}};
  const size_t digits = std::min(interval.find_first_not_of("0123456789"), interval.size());
  const auto unit = kUnits.find(interval.substr(digits));
  const std::optional<double> count =
      digits == 0 ? 1 : fql::ParseNumber(interval.substr(0, digits));
  if (unit == kUnits.end() || !count || *count < 1 || *count > 10'000) return std::nullopt;
  const Nanos step = static_cast<Nanos>(*count) * unit->second;
  // Weeks start on Monday; day 0 of the epoch was a Thursday.
  const Nanos shift = unit->second == 7 * kDay ? 3 * kDay : 0;
  return (instant + shift) / step * step - shift;
}

Json Label(const std::string& label, const fql::Field& field) {
  const std::optional<double> number =
      field.type == fql::FieldType::kNumber ? fql::ParseNumber(label) : std::nullopt;
  if (number && *number == std::floor(*number)) return static_cast<int64_t>(*number);
  return number ? Json(*number) : Json(label);
}

void SortTerms(const std::string& sort, std::vector<Bucket>* buckets) {
  const bool ascending = sort.ends_with("|asc");
  const bool by_label = !sort.empty() && !sort.starts_with("_count");
  std::sort(buckets->begin(), buckets->end(), [&](const Bucket& left, const Bucket& right) {
    if (by_label) {
      return ascending ? left.head["label"] < right.head["label"]
                       : right.head["label"] < left.head["label"];
    }
    const size_t counts[2] = {left.rows.size(), right.rows.size()};
    if (counts[0] == counts[1]) return left.head["label"] < right.head["label"];
    return ascending == (counts[0] < counts[1]);
  });
}

std::vector<Bucket> Terms(const AggregateInput& input, Json* result) {
  std::map<std::string, Rows> groups;
  const std::string missing = SpecText(input.spec, "missing");
  for (uint32_t row : input.rows) {
    const fql::Value value = input.collection.Get(row, input.field);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      for (const std::string& item : *list) groups[item].push_back(row);
    } else if (!std::holds_alternative<std::monostate>(value)) {
      groups[fql::TextOf(value)].push_back(row);
    } else if (!missing.empty()) {
      groups[missing].push_back(row);
    }
  }
  std::vector<Bucket> buckets;
  const auto min = static_cast<size_t>(std::max<int64_t>(1, Whole(input.spec, "min_doc_count", 1)));
  for (auto& [label, members] : groups) {
    if (members.size() >= min)
      buckets.push_back({{{"label", Label(label, input.field)}}, std::move(members)});
  }
  SortTerms(SpecText(input.spec, "sort"), &buckets);
  const int64_t size = Whole(input.spec, "size", 10);
  const size_t keep = size <= 0 ? 10 : static_cast<size_t>(size);
  size_t other = 0;
  for (size_t i = keep; i < buckets.size(); ++i) other += buckets[i].rows.size();
  if (buckets.size() > keep) buckets.resize(keep);
  (*result)["sum_other_doc_count"] = other;
  return buckets;
}

std::variant<std::vector<Bucket>, SearchError> Histogram(const AggregateInput& input) {
  std::map<Nanos, Rows> groups;
  const std::string interval = SpecText(input.spec, "interval");
  if (!Floor(0, interval)) {
    return SearchError{400, "invalid interval '" + interval + "'"};
  }
  for (uint32_t row : input.rows) {
    const fql::Value value = input.collection.Get(row, input.field);
    if (const auto* instant = std::get_if<fql::Instant>(&value))
      groups[*Floor(instant->nanos, interval)].push_back(row);
  }
  std::vector<Bucket> buckets;
  for (auto& [start, members] : groups) {
    buckets.push_back({{{"label", start / kMillisecond}, {"key_as_string", FormatTime(start, 3)}},
                       std::move(members)});
  }
  return buckets;
}

// Rows whose number lies in [from, to).
Rows Between(const AggregateInput& input, double from, double to) {
  Rows members;
  std::copy_if(
      input.rows.begin(), input.rows.end(), std::back_inserter(members), [&](uint32_t row) {
        const std::optional<double> number = AsNumber(input.collection.Get(row, input.field));
        return number && *number >= from && *number < to;
      });
  return members;
}

std::vector<Bucket> Ranges(const AggregateInput& input) {
  std::vector<Bucket> buckets;
  for (const Json& range : input.spec.value("ranges", Json::array())) {
    if (!range.is_object()) continue;
    Json head;
    double bounds[2] = {-std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::infinity()};
    const char* keys[2][2] = {{"From", "from"}, {"To", "to"}};
    for (int side = 0; side < 2; ++side) {
      for (const char* key : keys[side]) {
        if (!range.contains(key) || !range[key].is_number()) continue;
        bounds[side] = range[key].get<double>();
        head[keys[side][1]] = bounds[side];
      }
    }
    buckets.push_back({std::move(head), Between(input, bounds[0], bounds[1])});
  }
  return buckets;
}

std::variant<std::vector<Bucket>, SearchError> DateRanges(const AggregateInput& input) {
  std::vector<Bucket> buckets;
  for (const Json& range : input.spec.value("date_ranges", Json::array())) {
    const std::string from_text = range.is_object() ? SpecText(range, "from") : "";
    const std::string to_text = range.is_object() ? SpecText(range, "to") : "";
    const auto from =
        from_text.empty() ? std::optional<Nanos>(0) : ParseTimeOrRelative(from_text, input.now);
    const auto to =
        to_text.empty() ? std::optional<Nanos>(input.now) : ParseTimeOrRelative(to_text, input.now);
    if (!from || !to) {
      return SearchError{400, "invalid date range '" + from_text + "' to '" + to_text + "'"};
    }
    Json head = {{"string_from", FormatTime(*from, 3)},
                 {"string_to", FormatTime(*to, 3)},
                 {"from", static_cast<double>(*from / kMillisecond)},
                 {"to", static_cast<double>(*to / kMillisecond)},
                 {"key_as_string", FormatTime(*from, 3) + "-" + FormatTime(*to, 3)}};
    buckets.push_back({std::move(head), Between(input, static_cast<double>(*from / kMillisecond),
                                                static_cast<double>(*to / kMillisecond))});
  }
  return buckets;
}

// Nothing when `type` makes no buckets. Terms also put `sum_other_doc_count` into `*result`.
std::optional<std::variant<std::vector<Bucket>, SearchError>> MakeBuckets(
    const std::string& type, const AggregateInput& input, Json* result) {
  if (type == "terms") return Terms(input, result);
  if (type == "date_histogram") return Histogram(input);
  if (type == "range") return Ranges(input);
  if (type == "date_range") return DateRanges(input);
  return std::nullopt;
}

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

// cardinality, min, max, avg, sum and percentiles: adds their buckets to `result`.
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

std::string SpecText(const Json& spec, const char* key) {
  const auto found = spec.find(key);
  return found != spec.end() && found->is_string() ? found->get<std::string>() : "";
}

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

// Filtering, sorting and the cache of results.
#include "simulator/search/engine.h"

#include <algorithm>
#include <compare>
#include <string>
#include <utility>

#include "simulator/fql/filter.h"

namespace falcon::simulator {

namespace {

template <typename T>
int Order(const T& left, const T& right, bool descending) {
  if (left == right) return 0;
  return (left < right) != descending ? -1 : 1;
}

template <typename Key>
struct Keyed {
  bool absent = false;
  Key key{};
  uint32_t row = 0;
};

template <typename Key, typename KeyOf>
void SortBy(const Collection& collection, const SortKey& sort, Rows* rows, KeyOf key_of) {
  std::vector<Keyed<Key>> keyed;
  keyed.reserve(rows->size());
  for (uint32_t row : *rows) {
    fql::Value value = collection.Get(row, sort.field);
    const bool absent = std::holds_alternative<std::monostate>(value);
    keyed.push_back({absent, absent ? Key{} : key_of(std::move(value)), row});
  }
  std::sort(keyed.begin(), keyed.end(), [&](const Keyed<Key>& left, const Keyed<Key>& right) {
    if (left.absent != right.absent) return right.absent;
    const int order = Order(left.key, right.key, sort.descending);
    return order != 0 ? order < 0 : left.row < right.row;
  });
  std::transform(keyed.begin(), keyed.end(), rows->begin(),
                 [](const Keyed<Key>& item) { return item.row; });
}

// Negative, zero or positive: `left` before, equal to, or after `right`. Absent values sort last
// both ways.
int CompareValues(const fql::Value& left, const fql::Value& right, bool descending) {
  const bool left_absent = std::holds_alternative<std::monostate>(left);
  const bool right_absent = std::holds_alternative<std::monostate>(right);
  if (left_absent || right_absent) return left_absent == right_absent ? 0 : right_absent ? -1 : 1;
  if (const auto* instant = std::get_if<fql::Instant>(&left)) {
    const auto* other = std::get_if<fql::Instant>(&right);
    return other == nullptr ? 0 : Order(instant->nanos, other->nanos, descending);
  }
  if (const auto* number = std::get_if<double>(&left)) {
    const auto* other = std::get_if<double>(&right);
    return other == nullptr ? 0 : Order(*number, *other, descending);
  }
  return Order(fql::TextOf(left), fql::TextOf(right), descending);
}

// Ties keep the order of the rows.
void SortRows(const Collection& collection, const SortKey& key, Rows* rows) {
  switch (key.field.type) {
    case fql::FieldType::kTime:
      SortBy<Nanos>(collection, key, rows, [](fql::Value value) {
        const auto* instant = std::get_if<fql::Instant>(&value);
        return instant == nullptr ? 0 : instant->nanos;
      });
      return;
    case fql::FieldType::kNumber:
    case fql::FieldType::kEpoch:
      SortBy<double>(collection, key, rows, [](fql::Value value) {
        const auto* number = std::get_if<double>(&value);
        return number == nullptr ? 0 : *number;
      });
      return;
    default:
      SortBy<std::string>(collection, key, rows,
                          [](fql::Value value) { return fql::TextOf(value); });
  }
}

// Relative dates move with the clock; within a step their results are reused.
constexpr Nanos kRelativeStep = 10 * kSecond;

// One row as filters see it. A view of `collection`.
class RowView : public fql::RecordView {
 public:
  RowView(const Collection& collection, uint32_t row) : collection_(collection), row_(row) {}
  fql::Value Get(const fql::Field& field) const override { return collection_.Get(row_, field); }

 private:
  const Collection& collection_;
  uint32_t row_;
};

std::string KeyOf(const Collection& collection, const Search& search, Nanos now) {
  std::string key(collection.name());
  key += '\n' + std::to_string(collection.version()) + '\n' + search.filter + '\n' + search.sort +
         '\n' + search.free_text;
  key += search.include_hidden ? "\n1" : "\n0";
  if (search.filter.find("now") != std::string::npos)
    key += '\n' + std::to_string(now / kRelativeStep);
  return key;
}

}  // namespace

std::variant<SortKey, SearchError> ParseSort(std::string_view text, const fql::Schema& schema) {
  SortKey key;
  std::string_view name = text;
  for (std::string_view ending : {"|asc", ".asc", "|desc", ".desc"}) {
    if (!text.ends_with(ending)) continue;
    name.remove_suffix(ending.size());
    key.descending = ending.substr(1) == "desc";
    break;
  }
  fql::Field scratch;
  const fql::Field* field = fql::FindField(schema, name, &scratch);
  if (field == nullptr || field == &scratch) {
    return SearchError{400, "invalid sort: '" + std::string(text) + "' names no sortable field"};
  }
  key.field = *field;
  return key;
}

std::variant<RowsPtr, SearchError> Engine::Run(const Collection& collection, const Search& search,
                                               Nanos now) {
  std::string key = KeyOf(collection, search, now);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->rows;
  }
  std::variant<RowsPtr, SearchError> result = Compute(collection, search, now);
  if (const RowsPtr* rows = std::get_if<RowsPtr>(&result)) Put(std::move(key), *rows);
  return result;
}

std::variant<RowsPtr, SearchError> Engine::Compute(const Collection& collection,
                                                   const Search& search, Nanos now) {
  auto compiled = fql::Filter::Compile(search.filter, collection.schema(), {now, lenient_fields_});
  if (auto* error = std::get_if<fql::Error>(&compiled))
    return SearchError{400, std::move(error->message)};
  const auto& filter = std::get<fql::Filter>(compiled);
  std::variant<SortKey, SearchError> sort = ParseSort(search.sort, collection.schema());
  if (auto* error = std::get_if<SearchError>(&sort)) return std::move(*error);
  const std::string wanted = fql::LowerCase(search.free_text);
  auto rows = std::make_shared<Rows>();
  for (uint32_t row = collection.first_row(); row < collection.last_row(); ++row) {
    if (!collection.Lives(row) || !filter.Matches(RowView(collection, row))) continue;
    if (!search.include_hidden && !collection.Shown(row)) continue;
    if (!wanted.empty() &&
        fql::LowerCase(collection.FreeText(row)).find(wanted) == std::string::npos)
      continue;
    rows->push_back(row);
  }
  SortRows(collection, std::get<SortKey>(sort), rows.get());
  rows->shrink_to_fit();
  return RowsPtr(std::move(rows));
}

void Engine::Put(std::string key, RowsPtr rows) {
  cached_rows_ += rows->size();
  recent_.push_front({key, std::move(rows)});
  by_key_[std::move(key)] = recent_.begin();
  constexpr size_t kMaxEntries = 256;
  while (recent_.size() > 1 && (cached_rows_ > max_cached_rows_ || recent_.size() > kMaxEntries)) {
    cached_rows_ -= recent_.back().rows->size();
    by_key_.erase(recent_.back().key);
    recent_.pop_back();
  }
}

size_t Engine::Seek(const Collection& collection, const Rows& rows, const SortKey& key,
                    const fql::Value& value, uint32_t row) {
  const auto after = std::partition_point(rows.begin(), rows.end(), [&](uint32_t candidate) {
    const int order = CompareValues(collection.Get(candidate, key.field), value, key.descending);
    return order != 0 ? order < 0 : candidate <= row;
  });
  return static_cast<size_t>(after - rows.begin());
}

}  // namespace falcon::simulator

// Filtering, sorting and the cache of results.
#include "simulator/search/engine.h"

#include <algorithm>
#include <utility>

#include "simulator/fql/filter.h"
#include "simulator/search/sort.h"

namespace falcon::simulator {
namespace {

// Relative dates move with the clock; within a step their results are reused.
constexpr Nanos kRelativeStep = 10 * kSecond;

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

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
  if (const RowsPtr* rows = std::get_if<RowsPtr>(&result)) Keep(std::move(key), *rows);
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
  const std::string wanted = Lower(search.free_text);
  auto rows = std::make_shared<Rows>();
  for (uint32_t row = collection.first_row(); row < collection.last_row(); ++row) {
    if (!collection.Lives(row) || !filter.Matches(RowView(collection, row))) continue;
    if (!search.include_hidden && !collection.Shown(row)) continue;
    if (!wanted.empty() && Lower(collection.FreeText(row)).find(wanted) == std::string::npos)
      continue;
    rows->push_back(row);
  }
  SortRows(collection, std::get<SortKey>(sort), rows.get());
  rows->shrink_to_fit();
  return RowsPtr(std::move(rows));
}

void Engine::Keep(std::string key, RowsPtr rows) {
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

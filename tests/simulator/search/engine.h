// Searches a collection and remembers the sorted result, so that paging costs no new search.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "simulator/base/time.h"
#include "simulator/fql/schema.h"
#include "simulator/search/collection.h"

namespace falcon::simulator {

struct Search {
  std::string filter;
  std::string sort;       // `field|desc` or `field.desc`; not empty
  std::string free_text;  // matches anywhere, without case
  bool include_hidden = true;
};

// Matching rows in order. Shared and immutable, so that scroll cursors can hold on to it.
using Rows = std::vector<uint32_t>;
using RowsPtr = std::shared_ptr<const Rows>;

struct SearchError {
  int code = 400;
  std::string message;
};

struct SortKey {
  fql::Field field;
  bool descending = false;
};

// Parses `field`, `field|asc` or `field.desc` against a schema.
std::variant<SortKey, SearchError> ParseSort(std::string_view text, const fql::Schema& schema);

// Not synchronised: the owner guards it.
class Engine {
 public:
  // `max_cached_rows` bounds the memory: four bytes a row.
  explicit Engine(bool lenient_fields, size_t max_cached_rows = 16'000'000)
      : lenient_fields_(lenient_fields), max_cached_rows_(max_cached_rows) {}

  std::variant<RowsPtr, SearchError> Run(const Collection& collection, const Search& search,
                                         Nanos now);

  // The position of the first row after (the value of `row` under `search.sort`, `row`), whether or
  // not `row` is still among `rows`. `value` is what the row's key was when the cursor was made.
  static size_t Seek(const Collection& collection, const Rows& rows, const SortKey& key,
                     const fql::Value& value, uint32_t row);

 private:
  struct Entry {
    std::string key;
    RowsPtr rows;
  };

  std::variant<RowsPtr, SearchError> Compute(const Collection& collection, const Search& search,
                                             Nanos now);
  void Put(std::string key, RowsPtr rows);

  bool lenient_fields_;
  size_t max_cached_rows_;
  size_t cached_rows_ = 0;
  std::list<Entry> recent_;  // front: used last
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace falcon::simulator

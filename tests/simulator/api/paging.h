// Pages of ids or records, by offset or by cursor, as Falcon's services answer them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/api/envelope.h"
#include "simulator/search/collection.h"
#include "simulator/search/store.h"

namespace falcon::simulator {

// What one endpoint accepts.
struct PageRules {
  std::string_view service;  // `powered_by`
  std::string_view default_sort;
  int64_t default_limit = 100;
  int64_t max_limit = 1000;
  int64_t min_limit = 1;         // 0: a page without rows, for the total
  int64_t max_window = 0;        // greatest offset + limit; 0: none
  bool filter_required = false;  // 400 without one
  bool empty_after = false;      // the last page says `"after":""` instead of leaving it out
  bool free_text = true;         // by offset: `q` looks anywhere
};

// The JSON text of one resource of an answer, from its row. Null: the whole record.
using Render = std::function<std::string(uint32_t row)>;

// `meta.pagination` is {offset, limit, total}; the query holds `offset`, `limit`, `filter`, `sort`
// and `q`.
Reply IdsByOffset(Store& store, const Call& call, const Collection& rows, const PageRules& rules);
Reply RecordsByOffset(Store& store, const Call& call, const Collection& rows,
                      const PageRules& rules, const Render& render = nullptr);

// `meta.pagination` is {after, limit, total}; `after`, `limit`, `filter`, `sort` in the query. The
// cursor is a place in live data and expires with age.
Reply IdsByAfter(Store& store, const Call& call, const Collection& rows, const PageRules& rules);
Reply RecordsByAfter(Store& store, const Call& call, const Collection& rows, const PageRules& rules,
                     const Render& render = nullptr);

struct LookupRules {
  std::string_view service;  // `powered_by`
  size_t max_ids = 100;      // 413 above
};

// The records of `ids`, in the order of the rows, not of the ids; unknown ids are left out. 400
// without any id.
Reply RecordsByIds(Store& store, const Call& call, const Collection& rows,
                   const std::vector<std::string>& ids, const LookupRules& rules,
                   const Render& render = nullptr);

// The ids of a call: the query's repeated `ids`, or the list `key` of a JSON body.
std::vector<std::string> IdsOfQuery(const Call& call);
std::vector<std::string> IdsOfBody(const Call& call, std::string_view key = "ids");

}  // namespace falcon::simulator

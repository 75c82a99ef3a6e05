// What the gateway reads of Falcon: everything that goes there with a token is an operation of the
// table, never a free path.
#ifndef FALCON_UPSTREAM_OPERATION_OPERATION_H_
#define FALCON_UPSTREAM_OPERATION_OPERATION_H_

#include <span>
#include <string_view>

#include "http/http_transport.h"

namespace falcon::upstream {

// How an answer leads to its next page.
enum class Paging {
  kNone,
  kOffset,    // number `offset`, offset + limit <= window
  kAfter,     // `meta.pagination.after`, sent back as `after`
  kNext,      // `meta.pagination.next`, sent back as `offset`
  kNextPage,  // header `Next-Page`: path and query of the next page
};

// One read of Falcon's. Facts from the public specification of its API.
struct Operation {
  std::string_view id;  // Falcon's operation id
  http::Method method;
  std::string_view path;
  std::string_view scope;  // as Falcon's console names it
  Paging paging = Paging::kNone;
  int max_limit = 0;              // rows a page; 0: takes no limit
  int max_window = 0;             // greatest offset + limit; 0: none
  int max_ids = 0;                // ids a call; 0: takes none
  std::string_view ids_key = {};  // name of the ids in the query (GET) or the JSON body (POST)
  bool takes_fields = false;      // `fields` in the query trims the records
  bool body_is_list = false;      // the JSON body is a list of requests, not one object
  std::string_view aggregate_key = "buckets";  // a member that each of its aggregates has
};

// What an operation's `resources` are.
enum class Answers { kRecords, kIds, kAggregates };

// By its path, in which Falcon says it: `queries` answer ids, `aggregates` aggregates.
Answers AnswersOf(const Operation& operation);

// The service of Falcon's that answers it, such as "alerts" or "spotlight": the first segment of the
// path. Services fail apart from each other.
std::string_view AreaOf(const Operation& operation);

// All of them.
std::span<const Operation* const> Operations();
// By Falcon's id; null when it is not in the table.
const Operation* FindOperation(std::string_view id);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_OPERATION_OPERATION_H_

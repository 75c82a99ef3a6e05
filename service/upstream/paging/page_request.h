// How an operation pages: the upstream call for a page, and where the next page starts.
#ifndef FALCON_UPSTREAM_PAGING_PAGE_REQUEST_H_
#define FALCON_UPSTREAM_PAGING_PAGE_REQUEST_H_

#include <string>
#include <string_view>

#include "upstream/paging/pager.h"

namespace falcon::upstream {

// The call with filter, order, cursor, fields and facets, for at most `limit` rows, where `cursor`
// stands.
UpstreamRequest PageCall(const PagePlan& plan, const Cursor& cursor, int limit);

// The numeric offset that a cursor of Paging::kOffset stands at.
int64_t OffsetOf(const Cursor& cursor);

// What a page says about the rest. Falcon's totals are hints: rows win over them.
struct PageEnd {
  // What `cursor.upstream` must be for the next page. Empty: Falcon names none. A list whose pages
  // lead on by a header, but whose first page has none although more may match, is counted by
  // offset instead.
  std::string next;
  int64_t position = 0;       // rows of the query up to the end of this page
  bool counts_more = false;   // its total is larger than that
  bool counts_these = false;  // its total is that, or below
  bool full = false;          // as many rows as were asked for, or as Falcon says it gives at most
};

// Of the page that `envelope` heads and `cursor` asked for with at most `limit` rows.
PageEnd EndOf(const PagePlan& plan, const json::Envelope& envelope, const Cursor& cursor,
              int limit);

bool ByOffset(const PagePlan& plan);

// Whether `link` is such a counted place, which needs no cursor of Falcon's.
bool IsOffsetLink(std::string_view link);

// `cursor`, which is counted, moved on by `rows`.
std::string MovedOn(const PagePlan& plan, const Cursor& cursor, int64_t rows);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_PAGE_REQUEST_H_

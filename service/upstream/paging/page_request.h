// The upstream call for one page: filter, order, cursor, fields and facets.
#ifndef FALCON_UPSTREAM_PAGING_PAGE_REQUEST_H_
#define FALCON_UPSTREAM_PAGING_PAGE_REQUEST_H_

#include "upstream/paging/pager.h"

namespace falcon::upstream {

// Of at most `limit` rows, where `cursor` stands.
UpstreamRequest PageCall(const PagePlan& plan, const Cursor& cursor, int limit);

// The numeric offset that a cursor of Paging::kOffset stands at.
int64_t OffsetOf(const Cursor& cursor);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_PAGE_REQUEST_H_

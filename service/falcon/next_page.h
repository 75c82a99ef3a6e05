// Where the next page starts, in the way that its operation says it.
#ifndef FALCON_FALCON_NEXT_PAGE_H_
#define FALCON_FALCON_NEXT_PAGE_H_

#include <string>
#include <string_view>

#include "falcon/pager.h"

namespace falcon {

// What `cursor.upstream` must be for the page after the one that `envelope` heads and `cursor` asked
// for. Empty: nothing follows. A list whose pages lead on by a header, but whose first page has
// none although more match, is counted by offset instead.
std::string NextOf(const PagePlan& plan, const json::Envelope& envelope, const Cursor& cursor);

bool ByOffset(const PagePlan& plan);

// Whether `link` is such a counted place, which needs no cursor of Falcon's.
bool IsOffsetLink(std::string_view link);

}  // namespace falcon

#endif  // FALCON_FALCON_NEXT_PAGE_H_

// Failures of paging.
#ifndef FALCON_UPSTREAM_PAGING_PAGE_FAILURE_H_
#define FALCON_UPSTREAM_PAGING_PAGE_FAILURE_H_

#include <string_view>

#include "absl/status/status.h"
#include "upstream/operation/operation.h"

namespace falcon::upstream {

// OUT_OF_RANGE (OFFSET_WINDOW): more rows than the operation counts.
absl::Status OffsetWindowExceeded(const Operation& operation);

// UNAVAILABLE (UPSTREAM_MALFORMED): what came is no page of Falcon's, or not the rest of the list.
absl::Status Malformed(const Operation& operation, std::string_view why);

// DATA_LOSS (CURSOR_LOOP): the pages never end.
absl::Status CursorLoop();

// ABORTED (CURSOR_EXPIRED): Falcon forgot the place, as `expired` says, and there is no other way
// back.
absl::Status CursorExpired(const absl::Status& expired);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_PAGING_PAGE_FAILURE_H_

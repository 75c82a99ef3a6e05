// Why a list cannot be read on.
#ifndef FALCON_FALCON_PAGE_FAILURE_H_
#define FALCON_FALCON_PAGE_FAILURE_H_

#include "absl/status/status.h"
#include "falcon/operation.h"

namespace falcon {

// OUT_OF_RANGE (OFFSET_WINDOW): more rows than the operation counts.
absl::Status PastWindow(const Operation& operation);

// DATA_LOSS (CURSOR_LOOP): the pages never end.
absl::Status InCircles();

// ABORTED (CURSOR_EXPIRED): Falcon forgot the place, as `expired` says, and there is no other way
// back.
absl::Status Lost(const absl::Status& expired);

}  // namespace falcon

#endif  // FALCON_FALCON_PAGE_FAILURE_H_

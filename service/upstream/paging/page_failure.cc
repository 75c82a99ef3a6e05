// Failures of paging, in words.
#include "upstream/paging/page_failure.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::upstream {

absl::Status OffsetWindowExceeded(const Operation& operation) {
  return Error(absl::StatusCode::kOutOfRange, "OFFSET_WINDOW",
               StrCat("Falcon lists no more than ", operation.max_window,
                      " rows here; narrow the filter, for example to a shorter time"));
}

absl::Status Malformed(const Operation& operation, std::string_view why) {
  return WithMetadata(Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                            StrCat("Falcon's page is not whole: ", why,
                                   "; go on with the last token, or start again")),
                      "operation", operation.id);
}

absl::Status CursorLoop() {
  return Error(
      absl::StatusCode::kDataLoss, "CURSOR_LOOP",
      "Falcon's pages turn in a circle, so that the rest cannot be read; start again, with a "
      "narrower filter if it comes back");
}

absl::Status CursorExpired(const absl::Status& expired) {
  absl::Status lost = Error(
      absl::StatusCode::kAborted, "CURSOR_EXPIRED",
      "Falcon forgot where this list stood, as it does after two minutes, and its order gives "
      "no other way back; start again without a token, or read the pages faster");
  for (const auto& [key, value] : Metadata(expired)) {
    lost = WithMetadata(std::move(lost), key, value);
  }
  return lost;
}

}  // namespace falcon::upstream

// From a missing record to a status.
#include "rpc/lookup_answer.h"

#include "base/error.h"
#include "base/text.h"

namespace falcon::rpc {

absl::Status MissingRecord(const v1::PartialError& error, std::string_view field) {
  absl::Status status;
  if (error.code() == 404) {
    status = Error(absl::StatusCode::kNotFound, "NOT_FOUND",
                   Cat("Falcon knows no record with ", field, " ", error.id()));
  } else if (error.code() == 403) {
    status = Error(absl::StatusCode::kPermissionDenied, "RECORD_DENIED", error.message());
  } else if (error.code() == 400) {
    status = InvalidField(field, error.message());
  } else {
    status = Error(absl::StatusCode::kUnavailable, "UPSTREAM_ERROR", error.message());
  }
  return WithFact(WithFact(status, "id", error.id()), "http_status", Cat(error.code()));
}

}  // namespace falcon::rpc

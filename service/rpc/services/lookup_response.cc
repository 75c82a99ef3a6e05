// From a missing record to what the caller reads.
#include "rpc/services/lookup_response.h"

#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace falcon::rpc {

RequestedIds::RequestedIds(const Texts& asked, CanonicalId spell) : asked_(asked) {
  spelled_.reserve(static_cast<size_t>(asked.size()));
  for (const std::string& id : asked) spelled_.push_back(spell == nullptr ? id : spell(id));
}

RequestedIds::RequestedIds(const Texts& asked, const Texts& spelled)
    : asked_(asked), spelled_(spelled.begin(), spelled.end()) {}

void RequestedIds::RestoreRequestedIds(google::protobuf::Message& response) const {
  const auto& reflection = *response.GetReflection();
  const auto* missing = response.GetDescriptor()->FindFieldByName("missing");
  const int count = reflection.FieldSize(response, missing);
  if (count == 0) return;
  std::map<std::string_view, std::set<std::string_view>> spellings;
  for (size_t i = 0; i < spelled_.size(); ++i) {
    spellings[spelled_[i]].insert(asked_[static_cast<int>(i)]);
  }
  std::vector<v1::PartialError> errors(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    errors[static_cast<size_t>(i)].CopyFrom(reflection.GetRepeatedMessage(response, missing, i));
  }
  reflection.ClearField(&response, missing);
  for (v1::PartialError& error : errors) {
    const std::string spelled = error.id();
    for (const std::string_view id : spellings[spelled]) {
      error.set_id(std::string(id));
      reflection.AddMessage(&response, missing)->CopyFrom(error);
    }
  }
}

absl::Status NotFoundStatus(const v1::PartialError& error, std::string_view field) {
  absl::Status status;
  if (error.code() == 404) {
    status = Error(absl::StatusCode::kNotFound, "NOT_FOUND",
                   StrCat("Falcon knows no record with ", field, " ", error.id()));
  } else if (error.code() == 403) {
    status = Error(absl::StatusCode::kPermissionDenied, "RECORD_DENIED",
                   "Falcon does not show this record");
  } else if (error.code() == 400) {
    status = InvalidField(field, "Falcon refused this id");
  } else {
    status =
        Error(absl::StatusCode::kUnavailable, "UPSTREAM_ERROR", "Falcon failed for this record");
  }
  if (error.code() != 404 && !error.message().empty()) {
    status = WithMetadata(std::move(status), kUpstreamText, error.message());
  }
  return WithMetadata(WithMetadata(status, "id", error.id()), "http_status", StrCat(error.code()));
}

}  // namespace falcon::rpc

// What an absl::Status says beyond code and text: reason, facts, wrong fields, when to retry. Rooms
// below rpc/ attach these; rpc/ turns them into google.rpc error details.
#ifndef FALCON_BASE_ERROR_H_
#define FALCON_BASE_ERROR_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace falcon {

struct FieldViolation {
  std::string field;        // path in the request, such as "page_size"
  std::string description;  // what is wrong and what would have been right

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// A failure with its reason in UPPER_SNAKE_CASE. `code` must not be OK.
absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message);

// INVALID_ARGUMENT with one violation. The message is "<field>: <description>".
absl::Status InvalidField(std::string_view field, std::string_view description,
                          std::string_view reason = "INVALID_FIELD");

// INVALID_ARGUMENT with all of `violations`, which must not be empty.
absl::Status InvalidFields(const std::vector<FieldViolation>& violations,
                           std::string_view reason = "INVALID_FIELD");

// The same failure with one more fact. Keys: lower_snake_case. OK stays OK.
absl::Status WithMetadata(absl::Status status, std::string_view key, std::string_view value);

// The facts that hold what others said and what a program needs of a filter.
inline constexpr std::string_view kUpstreamText = "upstream_text";        // untrusted
inline constexpr std::string_view kCorrectedFilter = "corrected_filter";  // passes our own check
inline constexpr std::string_view kPosition = "position";                 // byte in the filter

// The same failure, to be retried after `delay` at the earliest. OK stays OK.
absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay);

// The message, with what others said behind it: for logs and people, not for a caller's status.
std::string MessageWithUpstreamText(const absl::Status& status);

// Empty where none was attached.
std::string Reason(const absl::Status& status);
std::map<std::string, std::string> Metadata(const absl::Status& status);
std::vector<FieldViolation> Violations(const absl::Status& status);
std::optional<std::chrono::milliseconds> RetryAfter(const absl::Status& status);

}  // namespace falcon

#endif  // FALCON_BASE_ERROR_H_

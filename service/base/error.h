// What an absl::Status says beyond code and text: reason, facts, wrong fields, when to retry. Rooms
// below rpc/ attach these; rpc/ turns them into google.rpc error details. And early return on
// failure.
#ifndef FALCON_BASE_ERROR_H_
#define FALCON_BASE_ERROR_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

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

// Early return on failure, in functions and in coroutines.
#define FALCON_CONCAT_INNER(a, b) a##b
#define FALCON_CONCAT(a, b) FALCON_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                                                           \
  do {                                                                                        \
    if (absl::Status falcon_status = (expression); !falcon_status.ok()) return falcon_status; \
  } while (false)

#define CO_RETURN_IF_ERROR(expression)                                                           \
  do {                                                                                           \
    if (absl::Status falcon_status = (expression); !falcon_status.ok()) co_return falcon_status; \
  } while (false)

#define ASSIGN_OR_RETURN_IMPL(result, left, expression, leave) \
  auto result = (expression);                                  \
  if (!result.ok()) leave std::move(result).status();          \
  left = *std::move(result)

// ASSIGN_OR_RETURN(const Page page, pages.Open(request));
#define ASSIGN_OR_RETURN(left, expression) \
  ASSIGN_OR_RETURN_IMPL(FALCON_CONCAT(result_, __LINE__), left, expression, return)

#define ASSIGN_OR_CO_RETURN(left, expression) \
  ASSIGN_OR_RETURN_IMPL(FALCON_CONCAT(result_, __LINE__), left, expression, co_return)

#endif  // FALCON_BASE_ERROR_H_

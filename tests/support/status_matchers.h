// Matchers for absl::Status and absl::StatusOr.
#ifndef FALCON_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define FALCON_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/error.h"

namespace falcon::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// EXPECT_THAT(result, FailsWith(absl::StatusCode::kUnavailable, "UPSTREAM_ERROR"));
MATCHER_P2(FailsWith, code, reason, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code && Reason(StatusOf(arg)) == reason;
}

// The same with a matcher of the message.
MATCHER_P3(FailsWith, code, reason, message, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code && Reason(StatusOf(arg)) == reason &&
         ::testing::Matches(message)(std::string(StatusOf(arg).message()));
}

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_STATUS_MATCHERS_H_

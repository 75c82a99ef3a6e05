// Early return on failure, in functions and in coroutines.
#ifndef FALCON_BASE_STATUS_H_
#define FALCON_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

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

#endif  // FALCON_BASE_STATUS_H_

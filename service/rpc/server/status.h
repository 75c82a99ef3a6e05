// From absl::Status to what a gRPC client sees: code, text, and google.rpc error details.
#ifndef FALCON_RPC_SERVER_STATUS_H_
#define FALCON_RPC_SERVER_STATUS_H_

#include <grpcpp/support/status.h>

#include <exception>
#include <optional>

#include "absl/status/status.h"
#include "base/time.h"

namespace falcon::rpc {

// ErrorInfo (domain "falcon-gateway") always; BadRequest with violations; RetryInfo with a delay,
// and for every UNAVAILABLE; QuotaFailure for RATE_LIMITED and REPUTATION_QUOTA. All of it fits into
// 6 KiB, since clients refuse trailers beyond 8 KiB.
grpc::Status ToGrpc(const absl::Status& status);

// What `grpc-retry-pushback-ms` should say: a delay, -1 where a retry cannot help, nothing where
// clients do not retry anyway.
std::optional<int64_t> RetryPushback(const absl::Status& status);

// How a task that was unwound ends: CANCELLED, or DEADLINE_EXCEEDED when its time was up. Anything
// but a cancellation is INTERNAL.
absl::Status StatusFromException(std::exception_ptr error, bool deadline_passed);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_STATUS_H_

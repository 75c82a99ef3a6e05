// Converts absl::Status to what a gRPC client sees: code, message and google.rpc error details.
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

// The value of `grpc-retry-pushback-ms`: a delay, -1 where a retry cannot help, unset where clients do
// not retry anyway.
std::optional<int64_t> RetryPushback(const absl::Status& status);

// The status of a task that ended by an exception: CANCELLED, or DEADLINE_EXCEEDED when its deadline
// had passed. Anything
// but a cancellation is INTERNAL.
absl::Status StatusFromException(std::exception_ptr error, bool deadline_passed);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_STATUS_H_

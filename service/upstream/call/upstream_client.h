// UpstreamClient: the interface of the layers through which Falcon is read.
//
// A request passes them from the top to the bottom; each knows the next one only:
//
//   ResponseCache     responses that are young enough
//   RequestCoalescer  identical requests share a call
//   LookupBatcher     look-ups by ID share a call
//   RetryingClient    attempts, within the deadline and the retry budget
//   CallGuard         each attempt: admission, rate budget, circuit breaker
//   AuthInterceptor   bearer token; one refresh and replay
//   HttpTransport
#ifndef FALCON_UPSTREAM_CALL_UPSTREAM_CLIENT_H_
#define FALCON_UPSTREAM_CALL_UPSTREAM_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "json/document.h"
#include "runtime/loop.h"
#include "upstream/call/call_options.h"
#include "upstream/call/call_stats.h"
#include "upstream/call/lookup_result.h"
#include "upstream/operation/upstream_request.h"

namespace falcon::upstream {

// Cheap to copy.
struct UpstreamResponse {
  json::Document document;
  SteadyTime as_of;  // when the attempt that brought it was sent
};

// Arguments outlive the call. Loop thread only.
class UpstreamClient {
 public:
  using Response = absl::StatusOr<UpstreamResponse>;
  using Records = absl::StatusOr<std::shared_ptr<const LookupResult>>;

  virtual ~UpstreamClient() = default;

  // The response, within `options.deadline`; failures as in parse_response.h, http.h and auth/.
  virtual Task<Response> Call(const UpstreamRequest& request, const CallOptions& options,
                              CallStats& stats) = 0;
  // The records of `request.ids`, perhaps among others; failures as those of FetchInChunks.
  virtual Task<Records> Lookup(const LookupRequest& request, const CallOptions& options,
                               CallStats& stats) = 0;
};

// What a call ends with where `validate_only` is set. No answer contains it.
inline absl::Status ValidatedStatus() {
  return Error(absl::StatusCode::kCancelled, "VALIDATED", "nothing is sent to Falcon");
}
inline bool IsValidated(const absl::Status& status) { return Reason(status) == "VALIDATED"; }

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_UPSTREAM_CLIENT_H_

// The status ladder: what an HTTP answer of Falcon's means to our callers.
#ifndef FALCON_FALCON_REPLY_H_
#define FALCON_FALCON_REPLY_H_

#include "absl/status/statusor.h"
#include "base/time.h"
#include "falcon/operation.h"
#include "json/document.h"
#include "wire/http.h"

namespace falcon {

// The parsed answer, or why there is none. Facts on each failure: trace_id, http_status, operation; required_scopes on 403.
//   200 to 299  the document; with errors[] and no resources: the status of errors[0].code
//   400         INVALID_ARGUMENT     FQL_INVALID (or OUT_OF_RANGE OFFSET_WINDOW when it speaks of offset and limit)
//   401         FAILED_PRECONDITION  UPSTREAM_AUTH (the interceptor had its try)
//   403         PERMISSION_DENIED    SCOPE_MISSING: names the scope, and the IP allow-list as the other cause
//   404         ABORTED CURSOR_EXPIRED on a continuation whose text speaks of an expired context, scroll or token;
//               UNIMPLEMENTED ENDPOINT_RETIRED without a body; else NOT_FOUND
//   405, 410    UNIMPLEMENTED        ENDPOINT_RETIRED
//   413         RESOURCE_EXHAUSTED   UPSTREAM_BODY_TOO_LARGE (of the request)
//   429         RESOURCE_EXHAUSTED   RATE_LIMITED, with retry-after
//   5xx         UNAVAILABLE          UPSTREAM_ERROR; HTML: UPSTREAM_PROXY
//   200 no JSON UNAVAILABLE          UPSTREAM_PROXY (HTML) or UPSTREAM_MALFORMED: one retry
// Falcon's own text is passed on escaped and cut to 256 bytes; an HTML body never.
absl::StatusOr<json::Document> ReadReply(const Operation& operation, wire::HttpResponse response,
                                         bool continuation, WallTime now);

// How long Falcon asks to wait by `X-RateLimit-RetryAfter`: an instant in epoch seconds or milliseconds, told apart by size, judged
// against the answer's own `Date`; a small number is a delay in seconds. Clamped to 1..120 s. Nullopt: absent, garbage or past.
std::optional<milliseconds> RateLimitDelay(const wire::Headers& headers, WallTime now);

}  // namespace falcon

#endif  // FALCON_FALCON_REPLY_H_

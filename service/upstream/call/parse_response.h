// The status ladder: what an HTTP answer of Falcon's means to our callers.
#ifndef FALCON_UPSTREAM_CALL_PARSE_RESPONSE_H_
#define FALCON_UPSTREAM_CALL_PARSE_RESPONSE_H_

#include "absl/status/statusor.h"
#include "base/time.h"
#include "http/http_transport.h"
#include "json/document.h"
#include "upstream/operation/operation.h"

namespace falcon::upstream {

// The parsed answer, or why there is none. Facts on each failure: trace_id, http_status, operation;
// required_scopes on 403.
//   200 to 299  the document; with errors[] and no resources: by the first code among them that is
//               a status, UNAVAILABLE UPSTREAM_ERROR where none is; unless the operation takes ids
//               and each error names one
//   400, 422    INVALID_ARGUMENT     FQL_INVALID, for an operation that takes ids REQUEST_INVALID
//   (OUT_OF_RANGE OFFSET_WINDOW
//               when it speaks of offset and limit; ABORTED CURSOR_EXPIRED on a continuation when
//               it speaks of a cursor)
//   401         FAILED_PRECONDITION  UPSTREAM_AUTH (the interceptor had its try)
//   403         PERMISSION_DENIED    SCOPE_MISSING: names the scope, and the IP allow-list as the
//   other cause
//   404, 410    ABORTED CURSOR_EXPIRED on a continuation: the page before came from the same
//   endpoint
//   404         UNIMPLEMENTED ENDPOINT_RETIRED without a JSON body; else NOT_FOUND
//   405, 410    UNIMPLEMENTED        ENDPOINT_RETIRED
//   413,414,431 RESOURCE_EXHAUSTED   UPSTREAM_BODY_TOO_LARGE (of the request)
//   429         RESOURCE_EXHAUSTED   RATE_LIMITED, with retry-after if Falcon gave a usable one
//   408, 5xx    UNAVAILABLE          UPSTREAM_ERROR, with retry-after if there is a usable one
//   other 4xx   INVALID_ARGUMENT     REQUEST_INVALID
//   1xx, 3xx    INTERNAL             UPSTREAM_PROTOCOL
//   200 HTML    UNAVAILABLE          UPSTREAM_PROXY: Falcon sends none
//   200         UNAVAILABLE          UPSTREAM_MALFORMED: no JSON, no `resources`, or others than the
//                                    operation answers with; no records and no `meta` either
// The same ladder counts where a proxy or firewall answers with a page, but that a 400 or 422 by
// one is REQUEST_INVALID and a 403 UPSTREAM_PROXY: neither is about filters or scopes.
// Falcon's own text is passed on escaped and cut to 256 bytes, that of a page to 200. JSON is read
// as such whatever its content type.
absl::StatusOr<json::Document> ParseResponse(const Operation& operation,
                                             http::HttpResponse response, bool continuation,
                                             WallTime now, json::Parser& parser);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_PARSE_RESPONSE_H_

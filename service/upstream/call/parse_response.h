// ParseResponse: what an HTTP response of Falcon means to callers.
#ifndef FALCON_UPSTREAM_CALL_PARSE_RESPONSE_H_
#define FALCON_UPSTREAM_CALL_PARSE_RESPONSE_H_

#include "absl/status/statusor.h"
#include "base/time.h"
#include "http/http_transport.h"
#include "json/document.h"
#include "upstream/operation/operation.h"

namespace falcon::upstream {

// The parsed response, or why there is none. Each failure has the metadata trace_id, http_status
// and operation; on 403 required_scopes too.
//
// clang-format off
//   200 to 299   the document. With errors[] and no resources: by the first of them whose code is a
//                status, UNAVAILABLE UPSTREAM_ERROR if none is; unless the operation takes IDs and
//                each error names one
//   400, 422     INVALID_ARGUMENT     FQL_INVALID; of an operation that takes IDs REQUEST_INVALID
//                OUT_OF_RANGE         OFFSET_WINDOW if it speaks of offset and limit
//                ABORTED              CURSOR_EXPIRED on a continuation if it speaks of a cursor
//   401          FAILED_PRECONDITION  UPSTREAM_AUTH: the interceptor had its try
//   403          PERMISSION_DENIED    SCOPE_MISSING: names the scope, and the IP allow-list as the
//                                     other cause
//   404, 410     ABORTED              CURSOR_EXPIRED on a continuation: the page before came from the
//                                     same endpoint
//   404          UNIMPLEMENTED        ENDPOINT_RETIRED without a JSON body
//                NOT_FOUND            NOT_FOUND else
//   405, 410     UNIMPLEMENTED        ENDPOINT_RETIRED
//   413,414,431  RESOURCE_EXHAUSTED   UPSTREAM_BODY_TOO_LARGE, of the request
//   429          RESOURCE_EXHAUSTED   RATE_LIMITED, with retry-after if Falcon gave a usable one
//   408, 5xx     UNAVAILABLE          UPSTREAM_ERROR, with retry-after if there is a usable one
//   other 4xx    INVALID_ARGUMENT     REQUEST_INVALID
//   1xx, 3xx     INTERNAL             UPSTREAM_PROTOCOL
//   200 HTML     UNAVAILABLE          UPSTREAM_PROXY: Falcon sends none
//   200          UNAVAILABLE          UPSTREAM_MALFORMED: no JSON, no `resources`, or others than the
//                                     operation returns; neither records nor `meta`
// clang-format on
//
// The same applies to a page of a proxy or firewall, except that its 400 or 422 is REQUEST_INVALID
// and its 403 UPSTREAM_PROXY: neither is about filters or scopes. Falcon's own text is passed on
// escaped and cut to 256 bytes, that of a page to 200. JSON is read whatever its content type.
absl::StatusOr<json::Document> ParseResponse(const Operation& operation,
                                             http::HttpResponse response, bool continuation,
                                             WallTime now, json::Parser& parser);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_PARSE_RESPONSE_H_

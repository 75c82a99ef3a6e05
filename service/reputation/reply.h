// The status ladder: what an HTTP answer of VirusTotal's means to our callers.
#ifndef FALCON_REPUTATION_REPLY_H_
#define FALCON_REPUTATION_REPLY_H_

#include <optional>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "http/http_transport.h"
#include "reputation/indicator.h"
#include "reputation/report.h"

namespace falcon::reputation {

// The report, or why there is none. Failures carry the fact http_status, and virustotal_code where
// VirusTotal gave one of its documented codes. No other text of the answer is passed on: something
// between could have put the request's key into it.
//   200         the report
//   404         a report that is not `known`, if VirusTotal itself says so (NotFoundError)
//   400         INVALID_ARGUMENT     REPUTATION_REFUSED (NotAvailableYet: as 5xx)
//   401, 403    FAILED_PRECONDITION  REPUTATION_KEY_REFUSED: names the setting
//   429         RESOURCE_EXHAUSTED   REPUTATION_QUOTA, with retry-after where Retry-After says
//   424, 5xx    UNAVAILABLE          UPSTREAM_ERROR
//   other 4xx   INVALID_ARGUMENT     REPUTATION_REFUSED; 404 of somebody else: UPSTREAM_MALFORMED
//   1xx, 3xx    INTERNAL             UPSTREAM_PROTOCOL
//   HTML        UNAVAILABLE          UPSTREAM_PROXY, whatever the status: VirusTotal sends none
absl::StatusOr<Report> ReadReply(const Indicator& indicator, const http::HttpResponse& response,
                                 WallTime now);

// The wait that `Retry-After` asks for: seconds, or an HTTP date judged against the answer's own
// `Date` (`now` without one). Clamped to 1 s to 24 h. Nullopt: absent, garbage or past.
std::optional<milliseconds> RetryAfterDelay(const http::Headers& headers, WallTime now);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_REPLY_H_

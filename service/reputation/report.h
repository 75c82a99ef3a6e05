// VirusTotal's API: the requests that can be sent, and what each response says of its indicator.
#ifndef FALCON_REPUTATION_REPORT_H_
#define FALCON_REPUTATION_REPORT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "http/http_transport.h"
#include "reputation/indicator.h"

namespace falcon::reputation {

// One read of VirusTotal's API v3.
struct Read {
  std::string_view type;  // of the object that it returns: `data.type`
  http::Method method;
  std::string_view path;  // the object's id follows
  std::string_view page;  // for browsers; the object's id follows
};

std::span<const Read> Reads();
const Read& ReadOf(Kind kind);

// VirusTotal's id of `indicator`: its value, or of a URL the unpadded base64url.
std::string ObjectId(const Indicator& indicator);

// Path of the look-up, from the first slash on.
std::string PathOf(const Indicator& indicator);

// VirusTotal's page about `indicator`. Made from the value, never from VirusTotal's response.
std::string Permalink(const Indicator& indicator);

// The first rule that holds decides.
enum class Verdict {
  kMalicious,   // at least 3 engines say malicious
  kSuspicious,  // at least one says malicious or suspicious
  kHarmless,    // at least one says harmless
  kUndetected,  // at least one scanned it without a finding
  kUnknown,     // VirusTotal does not know it, or no engine scanned it
};

struct EngineCounts {
  int32_t malicious = 0;
  int32_t suspicious = 0;
  int32_t undetected = 0;
  int32_t harmless = 0;
  int32_t timeout = 0;  // confirmed ones included
  int32_t failure = 0;
  int32_t type_unsupported = 0;
};

// Instants are seconds since 1970, between the years 1970 and 9999. Text is untrusted UTF-8.
struct Report {
  bool known = false;  // false: VirusTotal has no such object, and nothing below is set
  std::string object_id;
  EngineCounts counts;
  std::optional<int64_t> last_analysis_date;
  std::optional<int64_t> reputation;
  std::string meaningful_name;
  std::vector<std::string> names;  // at most 10
  std::vector<std::string> tags;   // at most 30
  std::string type_description;
  std::string suggested_threat_label;
  std::optional<int64_t> size;
  std::optional<int64_t> first_submission_date;
  std::optional<int64_t> creation_date;
  std::string registrar;
  std::string as_owner;
  std::optional<int64_t> asn;
  std::string country;
};

Verdict Judge(const Report& report);

// Reads the body of a 200. Skips a value whose type differs from the documented one, and cuts text
// after 512 bytes. UNAVAILABLE (UPSTREAM_MALFORMED): no JSON, no object, or another object than was
// requested. RESOURCE_EXHAUSTED (UPSTREAM_BODY_TOO_LARGE): more than 2 MiB.
absl::StatusOr<Report> ReadReport(const Indicator& indicator, std::string_view body);

// The report of a response, or why there is none. Errors carry the metadata http_status, and
// virustotal_code where VirusTotal gave one of its documented codes. No other text of the response
// is passed on: a proxy could have put the request's key into it.
//
//   200         the report
//   404         a report that is not `known`, if VirusTotal says so (NotFoundError)
//   400         INVALID_ARGUMENT     REPUTATION_REFUSED (NotAvailableYet: as 5xx)
//   401, 403    FAILED_PRECONDITION  REPUTATION_KEY_REFUSED: names the setting
//   429         RESOURCE_EXHAUSTED   REPUTATION_QUOTA, with retry-after (1 s to 24 h) where sent
//   424, 5xx    UNAVAILABLE          UPSTREAM_ERROR
//   other 4xx   INVALID_ARGUMENT     REPUTATION_REFUSED; other 404: UPSTREAM_MALFORMED
//   1xx, 3xx    INTERNAL             UPSTREAM_PROTOCOL
//   HTML        UNAVAILABLE          UPSTREAM_PROXY, whatever the status
absl::StatusOr<Report> ReadReply(const Indicator& indicator, const http::HttpResponse& response,
                                 WallTime now);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_REPORT_H_

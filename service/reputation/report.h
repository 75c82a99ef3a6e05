// Report: what VirusTotal's object says of one indicator, cut to what an analyst reads.
#ifndef FALCON_REPUTATION_REPORT_H_
#define FALCON_REPUTATION_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reputation/indicator.h"

namespace falcon::reputation {

// The first rule that holds decides.
enum class Verdict {
  kMalicious,   // at least 3 engines say malicious
  kSuspicious,  // at least one says malicious or suspicious
  kHarmless,    // at least one says harmless
  kUndetected,  // at least one looked and has no opinion
  kUnknown,     // VirusTotal does not know it, or no engine had a word
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

// Instants are seconds since 1970, between the years 1970 and 9999. Text is UTF-8 written by
// strangers.
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

// Reads the body of a 200. A value of another type than documented is left out, a text longer than
// 512 bytes cut. UNAVAILABLE (UPSTREAM_MALFORMED): no JSON, no object, or another object than asked
// for. RESOURCE_EXHAUSTED (UPSTREAM_BODY_TOO_LARGE): more than 2 MiB.
absl::StatusOr<Report> ReadReport(const Indicator& indicator, std::string_view body);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_REPORT_H_

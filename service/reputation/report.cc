// The four reads, and lenient reading of what they return. Sources: docs.virustotal.com/reference,
// "Get a file report", "Get a domain report", "Get an IP address report" and "Get a URL analysis
// report"; "URLs", section "URL identifiers": base64 as in RFC 4648 section 3.2, without padding,
// URL-safe in its examples; "Files", "Domains", "IP addresses" and "URLs" (attributes), "Analyses"
// (the keys of last_analysis_stats) and "Errors" (codes). Headers of quotas are not documented
// there; VirusTotal's own MCP server honours Retry-After, as seconds and as a date.
#include "reputation/report.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "base/error.h"
#include "base/text.h"
#include "http/response_hints.h"

namespace falcon::reputation {
namespace {

using http::Method;

// In the order of kFile to kUrl below.
constexpr std::array<Read, 4> kReads = {{
    {"file", Method::kGet, "/api/v3/files/", "https://www.virustotal.com/gui/file/"},
    {"domain", Method::kGet, "/api/v3/domains/", "https://www.virustotal.com/gui/domain/"},
    {"ip_address", Method::kGet, "/api/v3/ip_addresses/",
     "https://www.virustotal.com/gui/ip-address/"},
    {"url", Method::kGet, "/api/v3/urls/", "https://www.virustotal.com/gui/url/"},
}};
enum Row { kFile, kDomain, kAddress, kUrl };

using Json = nlohmann::json;

// Parsed on the loop. A file report of 100 engines with all documented keys has about 20 KB.
constexpr size_t kMaxBody = size_t{2} << 20;
constexpr size_t kMaxText = 512;
constexpr size_t kMaxNames = 10;
constexpr size_t kMaxTags = 30;
constexpr int64_t kYear10000 = 253'402'300'800;
constexpr int32_t kManyEngines = 3;

// The value of `key`; null where there is none.
const Json* Find(const Json& object, const char* key) {
  const auto found = object.find(key);  // the end for anything but an object
  return found == object.end() ? nullptr : &*found;
}

std::string Text(const Json& object, const char* key) {
  const Json* value = Find(object, key);
  const auto* text = value == nullptr ? nullptr : value->get_ptr<const std::string*>();
  return text == nullptr ? "" : std::string(Utf8Prefix(*text, kMaxText));
}

std::vector<std::string> Texts(const Json& object, const char* key, size_t most) {
  std::vector<std::string> texts;
  const Json* list = Find(object, key);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& value : *list) {
    if (texts.size() == most) break;
    if (value.is_string()) {
      texts.emplace_back(Utf8Prefix(value.get_ref<const std::string&>(), kMaxText));
    }
  }
  return texts;
}

std::optional<int64_t> Number(const Json& object, const char* key) {
  const Json* value = Find(object, key);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (value->is_number_unsigned() && value->get<uint64_t>() > kMax) return std::nullopt;
  return value->get<int64_t>();
}

std::optional<int64_t> Instant(const Json& object, const char* key) {
  const std::optional<int64_t> seconds = Number(object, key);
  const bool sound = seconds.has_value() && *seconds > 0 && *seconds < kYear10000;
  return sound ? seconds : std::nullopt;
}

int32_t Count(const Json& stats, const char* key) {
  constexpr int64_t kMax = 1'000'000;
  return static_cast<int32_t>(std::clamp<int64_t>(Number(stats, key).value_or(0), 0, kMax));
}

EngineCounts Counts(const Json& stats) {
  return {.malicious = Count(stats, "malicious"),
          .suspicious = Count(stats, "suspicious"),
          .undetected = Count(stats, "undetected"),
          .harmless = Count(stats, "harmless"),
          .timeout = Count(stats, "timeout") + Count(stats, "confirmed-timeout"),
          .failure = Count(stats, "failure"),
          .type_unsupported = Count(stats, "type-unsupported")};
}

absl::Status Malformed(std::string_view what) {
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
               StrCat("VirusTotal's answer is ", what));
}

Report FromAttributes(const Json& attributes) {
  const Json none = Json::object();
  const Json* stats = Find(attributes, "last_analysis_stats");
  const Json* threat = Find(attributes, "popular_threat_classification");
  Report report;
  report.known = true;
  report.counts = Counts(stats == nullptr ? none : *stats);
  report.last_analysis_date = Instant(attributes, "last_analysis_date");
  report.reputation = Number(attributes, "reputation");
  report.meaningful_name = Text(attributes, "meaningful_name");
  report.names = Texts(attributes, "names", kMaxNames);
  report.tags = Texts(attributes, "tags", kMaxTags);
  report.type_description = Text(attributes, "type_description");
  report.suggested_threat_label =
      Text(threat == nullptr ? none : *threat, "suggested_threat_label");
  report.size = Number(attributes, "size");
  report.first_submission_date = Instant(attributes, "first_submission_date");
  report.creation_date = Instant(attributes, "creation_date");
  report.registrar = Text(attributes, "registrar");
  report.as_owner = Text(attributes, "as_owner");
  report.asn = Number(attributes, "asn");
  report.country = Text(attributes, "country");
  return report;
}

using absl::StatusCode;

constexpr milliseconds kMaxDelay = std::chrono::hours(24);
constexpr size_t kMaxErrorBody = 64 << 10;
constexpr std::array<std::string_view, 16> kCodes = {"BadRequestError",
                                                     "InvalidArgumentError",
                                                     "NotAvailableYet",
                                                     "UnselectiveContentQueryError",
                                                     "UnsupportedContentQueryError",
                                                     "AuthenticationRequiredError",
                                                     "UserNotActiveError",
                                                     "WrongCredentialsError",
                                                     "ForbiddenError",
                                                     "NotFoundError",
                                                     "AlreadyExistsError",
                                                     "FailedDependencyError",
                                                     "QuotaExceededError",
                                                     "TooManyRequestsError",
                                                     "TransientError",
                                                     "DeadlineExceededError"};

// VirusTotal's code in {"error":{"code":"...","message":"..."}}; empty where it is none of the
// documented ones.
std::string_view CodeIn(const http::HttpResponse& response) {
  if (response.body.size() > kMaxErrorBody) return {};
  const Json json = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  const auto error = json.find("error");
  if (error == json.end()) return {};
  const auto code = error->find("code");
  if (code == error->end() || !code->is_string()) return {};
  const auto known = std::ranges::find(kCodes, code->get_ref<const std::string&>());
  return known == kCodes.end() ? std::string_view() : *known;
}

absl::Status Failed(int status, std::string_view detail) {
  return Error(StatusCode::kUnavailable, "UPSTREAM_ERROR",
               StrCat("VirusTotal failed with status ", status, detail));
}

absl::Status Refused(int status, std::string_view detail) {
  return Error(StatusCode::kInvalidArgument, "REPUTATION_REFUSED",
               StrCat("VirusTotal refused the value with status ", status, detail));
}

absl::Status KeyRefused(std::string_view detail) {
  return Error(StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED",
               StrCat("VirusTotal refused the gateway's key", detail,
                      ": set a valid one by VIRUSTOTAL_API_KEY or --virustotal-api-key-file"));
}

absl::Status Limited(const http::HttpResponse& response, WallTime now, std::string_view detail) {
  const absl::Status limited =
      Error(StatusCode::kResourceExhausted, "REPUTATION_QUOTA",
            StrCat("VirusTotal reports that the key's quota is spent", detail));
  const std::optional<milliseconds> delay = http::ParseRetryAfter(response.headers, now, kMaxDelay);
  return delay.has_value() ? WithRetryAfter(limited, *delay) : limited;
}

absl::Status Failure(const http::HttpResponse& response, WallTime now, std::string_view code) {
  const int status = response.status;
  const std::string detail = code.empty() ? "" : StrCat(" (", code, ")");
  if (status == 401 || status == 403) return KeyRefused(detail);
  if (status == 429) return Limited(response, now, detail);
  if (status == 424 || status >= 500 || code == "NotAvailableYet") return Failed(status, detail);
  if (status == 404) {
    return Error(StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                 "the 404 is not VirusTotal's: check --virustotal-base-url");
  }
  if (status >= 400) return Refused(status, detail);
  return Error(StatusCode::kInternal, "UPSTREAM_PROTOCOL",
               StrCat("VirusTotal answered with the unexpected status ", status));
}

absl::Status WithResponseMetadata(absl::Status status, const http::HttpResponse& response,
                                  std::string_view code) {
  status = WithMetadata(std::move(status), "http_status", StrCat(response.status));
  return code.empty() ? status : WithMetadata(std::move(status), "virustotal_code", code);
}

}  // namespace

std::span<const Read> Reads() { return kReads; }

const Read& ReadOf(Kind kind) {
  switch (kind) {
    case Kind::kMd5:
    case Kind::kSha1:
    case Kind::kSha256:
      break;
    case Kind::kDomain:
      return kReads[kDomain];
    case Kind::kIpv4:
    case Kind::kIpv6:
      return kReads[kAddress];
    case Kind::kUrl:
      return kReads[kUrl];
  }
  return kReads[kFile];
}

std::string ObjectId(const Indicator& indicator) {
  if (indicator.kind != Kind::kUrl) return indicator.value;
  return absl::WebSafeBase64Escape(ToAbsl(indicator.value));  // unpadded
}

std::string PathOf(const Indicator& indicator) {
  return StrCat(ReadOf(indicator.kind).path, http::PercentEncode(ObjectId(indicator)));
}

std::string Permalink(const Indicator& indicator) {
  return StrCat(ReadOf(indicator.kind).page, ObjectId(indicator));
}

Verdict Judge(const Report& report) {
  const EngineCounts& counts = report.counts;
  if (counts.malicious >= kManyEngines) return Verdict::kMalicious;
  if (counts.malicious + counts.suspicious > 0) return Verdict::kSuspicious;
  if (counts.harmless > 0) return Verdict::kHarmless;
  return counts.undetected > 0 ? Verdict::kUndetected : Verdict::kUnknown;
}

absl::StatusOr<Report> ReadReport(const Indicator& indicator, std::string_view body) {
  if (body.size() > kMaxBody) {
    return Error(absl::StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE",
                 "VirusTotal's answer is larger than 2 MiB");
  }
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Malformed("not JSON");
  const Json* data = Find(json, "data");
  const Json* attributes = data == nullptr ? nullptr : Find(*data, "attributes");
  if (attributes == nullptr || !attributes->is_object()) {
    return Malformed("not an object of its API");
  }
  const std::string id = Text(*data, "id");
  const bool other = indicator.kind == Kind::kSha256 && !EqualsIgnoringCase(id, indicator.value);
  if (Text(*data, "type") != ReadOf(indicator.kind).type || other) {
    return Malformed("about another object than was requested");
  }
  Report report = FromAttributes(*attributes);
  report.object_id = id;
  return report;
}

absl::StatusOr<Report> ReadReply(const Indicator& indicator, const http::HttpResponse& response,
                                 WallTime now) {
  if (http::IsMarkup(response.body) || http::HasHtmlContentType(response.headers)) {
    const absl::Status proxy =
        Error(StatusCode::kUnavailable, "UPSTREAM_PROXY",
              StrCat("an HTML page came instead of VirusTotal's answer, with status ",
                     response.status, ": a proxy or a captive portal sent it"));
    return WithResponseMetadata(proxy, response, "");
  }
  if (response.status == 200) {
    absl::StatusOr<Report> report = ReadReport(indicator, response.body);
    if (report.ok()) return report;
    return WithResponseMetadata(report.status(), response, "");
  }
  const std::string_view code = CodeIn(response);
  if (response.status == 404 && code == "NotFoundError") return Report();
  return WithResponseMetadata(Failure(response, now, code), response, code);
}

}  // namespace falcon::reputation

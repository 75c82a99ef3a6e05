// Reads an answer. Source of codes: docs.virustotal.com, "Errors". Headers of quotas are not
// documented there; VirusTotal's own MCP server honours Retry-After, as seconds and as a date.
#include "reputation/reply.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "http/html_page.h"
#include "http/retry_after.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using Json = nlohmann::json;

constexpr milliseconds kMinLength = seconds(1);
constexpr milliseconds kMaxLength = std::chrono::hours(24);
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

absl::Status Failed(int status, std::string_view said) {
  return Error(StatusCode::kUnavailable, "UPSTREAM_ERROR",
               StrCat("VirusTotal failed with status ", status, said));
}

absl::Status Refused(int status, std::string_view said) {
  return Error(StatusCode::kInvalidArgument, "REPUTATION_REFUSED",
               StrCat("VirusTotal refused the value with status ", status, said));
}

absl::Status KeyRefused(std::string_view said) {
  return Error(StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED",
               StrCat("VirusTotal refused the gateway's key", said,
                      ": set a valid one by VIRUSTOTAL_API_KEY or --virustotal-api-key-file"));
}

absl::Status Limited(const http::HttpResponse& response, WallTime now, std::string_view said) {
  const absl::Status limited = Error(StatusCode::kResourceExhausted, "REPUTATION_QUOTA",
                                     StrCat("VirusTotal says that the key's quota is spent", said));
  const std::optional<milliseconds> delay = RetryAfterDelay(response.headers, now);
  return delay.has_value() ? WithRetryAfter(limited, *delay) : limited;
}

absl::Status Failure(const http::HttpResponse& response, WallTime now, std::string_view code) {
  const int status = response.status;
  const std::string said = code.empty() ? "" : StrCat(" (", code, ")");
  if (status == 401 || status == 403) return KeyRefused(said);
  if (status == 429) return Limited(response, now, said);
  if (status == 424 || status >= 500 || code == "NotAvailableYet") return Failed(status, said);
  if (status == 404) {
    return Error(StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
                 "a 404 came that is not VirusTotal's: check --virustotal-base-url");
  }
  if (status >= 400) return Refused(status, said);
  return Error(StatusCode::kInternal, "UPSTREAM_PROTOCOL",
               StrCat("VirusTotal answered with the unexpected status ", status));
}

absl::Status WithAnswerFacts(absl::Status status, const http::HttpResponse& response,
                             std::string_view code) {
  status = WithMetadata(std::move(status), "http_status", StrCat(response.status));
  return code.empty() ? status : WithMetadata(std::move(status), "virustotal_code", code);
}

}  // namespace

std::optional<milliseconds> RetryAfterDelay(const http::Headers& headers, WallTime now) {
  const std::string_view text = http::FindHeader(headers, "Retry-After");
  int64_t delay = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), delay);
  if (error == std::errc() && end == text.data() + text.size() && delay > 0) {
    const int64_t bounded = std::min<int64_t>(delay, 86'400);
    return std::clamp<milliseconds>(seconds(bounded), kMinLength, kMaxLength);
  }
  const std::optional<WallTime> at = http::ParseHttpDate(text);
  if (!at.has_value()) return std::nullopt;
  const WallTime base = http::ParseHttpDate(http::FindHeader(headers, "Date")).value_or(now);
  if (*at <= base) return std::nullopt;
  return std::clamp(std::chrono::ceil<milliseconds>(*at - base), kMinLength, kMaxLength);
}

absl::StatusOr<Report> ReadReply(const Indicator& indicator, const http::HttpResponse& response,
                                 WallTime now) {
  if (http::IsMarkup(response.body) || http::HasHtmlContentType(response.headers)) {
    const absl::Status proxy =
        Error(StatusCode::kUnavailable, "UPSTREAM_PROXY",
              StrCat("an HTML page came instead of VirusTotal's answer, with status ",
                     response.status, ": a proxy or a log-in page stands between"));
    return WithAnswerFacts(proxy, response, "");
  }
  if (response.status == 200) {
    absl::StatusOr<Report> report = ReadReport(indicator, response.body);
    if (report.ok()) return report;
    return WithAnswerFacts(report.status(), response, "");
  }
  const std::string_view code = CodeIn(response);
  if (response.status == 404 && code == "NotFoundError") return Report();
  return WithAnswerFacts(Failure(response, now, code), response, code);
}

}  // namespace falcon::reputation

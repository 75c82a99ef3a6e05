// Reads the token endpoint's JSON, and removes credentials from the errors that it reports.
#include "auth/token_response.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "auth/cloud.h"
#include "base/error.h"
#include "base/text.h"
#include "http/response_hints.h"

namespace falcon::auth {
namespace {

using nlohmann::json;

constexpr size_t kMaxBody = size_t{64} << 10;
constexpr size_t kMaxToken = size_t{16} << 10;
constexpr size_t kMaxPageText = 200;
constexpr double kMaxLifetime = 24 * 3600;  // Falcon's is half an hour

absl::Status Malformed(std::string_view what) {
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_TOKEN_MALFORMED",
               StrCat("Falcon's token endpoint answered ", what,
                      "; if this goes on, look for a proxy between the gateway and Falcon"));
}

// Falcon's number types drift: 1799, 1799.0 and "1799" are the same.
std::optional<seconds> Lifetime(const json& value) {
  double lifetime = 0;
  if (value.is_number()) {
    lifetime = value.get<double>();
  } else if (value.is_string()) {
    lifetime = ParseNumber<double>(value.get_ref<const std::string&>()).value_or(0);
  }
  if (!std::isfinite(lifetime) || lifetime < 1) return std::nullopt;
  return seconds(static_cast<int64_t>(std::min(lifetime, kMaxLifetime)));
}

// A token becomes a header: a line break in it would become another one.
bool FitsHeader(std::string_view token) {
  return !token.empty() && token.size() <= kMaxToken &&
         std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; });
}

// `words` of the upstream, without the credentials that were sent.
std::string Scrubbed(const std::string& words, const Credentials& credentials, size_t max_bytes) {
  const std::string secret(credentials.client_secret.Reveal());
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const std::string& ours :
       {secret, http::PercentEncode(secret), credentials.client_id, credentials.member_cid}) {
    if (!ours.empty()) replacements.emplace_back(ours, "[redacted]");
  }
  return EscapeUnsafe(absl::StrReplaceAll(words, replacements), max_bytes);
}

// The text of the first error; empty when there is none.
std::string ErrorText(const http::HttpResponse& response, const Credentials& credentials) {
  if (response.body.size() > kMaxBody) return "";
  const json body = json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  const json::json_pointer pointer("/errors/0/message");
  if (!body.is_object() || !body.contains(pointer) || !body.at(pointer).is_string()) return "";
  return Scrubbed(body.at(pointer).get_ref<const std::string&>(), credentials, 256);
}

// The text of the response; empty: none.
std::string UpstreamText(const http::HttpResponse& response, const Credentials& credentials) {
  if (!http::IsMarkup(response.body)) return ErrorText(response, credentials);
  return Scrubbed(http::MarkupText(response.body, 2 * kMaxPageText), credentials, kMaxPageText);
}

// For a response of something in front of Falcon.
std::string_view PageNote(const http::HttpResponse& response) {
  return http::IsMarkup(response.body) ? " with a page instead of Falcon's JSON" : "";
}

absl::Status PageRefused(const http::HttpResponse& response) {
  return Error(
      absl::StatusCode::kFailedPrecondition, "UPSTREAM_PROXY",
      StrCat("the token request was answered HTTP ", response.status, PageNote(response),
             ". It came from a proxy or firewall in front of Falcon and says nothing about "
             "the API client's id and secret"));
}

absl::Status CredentialsRefused(const http::HttpResponse& response, int status,
                                const Credentials& credentials, std::string_view region) {
  std::string message = StrCat(
      "Falcon refused the token request (HTTP ", status,
      "). Check CROWDSTRIKE_CLIENT_ID and CROWDSTRIKE_CLIENT_SECRET (or FALCON_CLIENT_ID and "
      "FALCON_CLIENT_SECRET)",
      region.empty() ? "" : StrCat(", that the API client exists in region ", region),
      ", and that its IP allow-list, if it has one, holds this machine's address");
  if (!credentials.member_cid.empty()) {
    message +=
        ". FALCON_MEMBER_CID must be a child of the client's customer, and not that customer";
  }
  if (response.body.empty()) {
    message +=
        ". The answer was empty, as it is for clients of a government region: those need "
        "CROWDSTRIKE_API_REGION=us-gov-1 or us-gov-2";
  }
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS", message);
}

absl::Status RateLimited(const http::HttpResponse& response, WallTime now) {
  absl::Status limited =
      Error(absl::StatusCode::kUnavailable, "RATE_LIMITED",
            "Falcon limits token requests from this address (300 a minute); the gateway waits");
  const std::optional<milliseconds> delay = http::ParseRetryAfter(response.headers, now);
  return delay.has_value() ? WithRetryAfter(std::move(limited), *delay) : limited;
}

absl::Status StatusLadder(const http::HttpResponse& response, int status,
                          const Credentials& credentials, std::string_view region, WallTime now) {
  if (status == 400 || status == 401 || status == 403) {
    if (http::IsMarkup(response.body)) return PageRefused(response);
    return CredentialsRefused(response, status, credentials, region);
  }
  if (status == 429) return RateLimited(response, now);
  if (status >= 500) {
    const absl::Status failed =
        Error(absl::StatusCode::kUnavailable, "UPSTREAM_TOKEN",
              StrCat("Falcon's token endpoint answered HTTP ", status, PageNote(response)));
    const std::optional<milliseconds> delay = http::ParseRetryAfter(response.headers, now);
    return delay.has_value() ? WithRetryAfter(failed, *delay) : failed;
  }
  if (status < 300) return Malformed(StrCat("HTTP ", status));
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_TOKEN",
               StrCat("the token endpoint answered HTTP ", status, ", as no Falcon cloud does",
                      PageNote(response), "; check FALCON_BASE_URL"));
}

}  // namespace

absl::StatusOr<TokenResponse> ParseTokenResponse(http::HttpResponse& response) {
  if (response.body.size() > kMaxBody) return Malformed("more than 64 KiB");
  const bool page = http::IsMarkup(response.body);
  json body = json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  SecureErase(response.body);
  if (!body.is_object()) return Malformed(page ? "an HTML page" : "no JSON object");
  const auto token = body.find("access_token");
  if (token == body.end() || !token->is_string()) return Malformed("without an access_token");
  auto& text = token->get_ref<std::string&>();
  const bool fits = FitsHeader(text);
  const Secret value{std::string_view(text)};
  SecureErase(text);
  if (!fits) return Malformed("an access_token that is no token");
  const auto expires_in = body.find("expires_in");
  const std::optional<seconds> lifetime =
      expires_in == body.end() ? std::nullopt : Lifetime(*expires_in);
  if (!lifetime.has_value()) return Malformed("without an expires_in above zero");
  return TokenResponse{value, *lifetime};
}

int ErrorCodeInBody(const http::HttpResponse& response) {
  // ParseTokenResponse reads a body with a token, and wipes it.
  const bool granted = response.body.find("access_token") != std::string::npos;
  if (granted || response.body.size() > kMaxBody) return 0;
  const json body = json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  const json::json_pointer first("/errors/0");
  if (!body.is_object() || !body.contains(first) || !body.at(first).is_object()) return 0;
  const auto code = body.at(first).find("code");
  const bool status = code != body.at(first).end() && code->is_number_integer() &&
                      code->get<int64_t>() >= 400 && code->get<int64_t>() < 600;
  return status ? code->get<int>() : 500;
}

absl::Status TokenErrorFrom(const http::HttpResponse& response, int status,
                            const Credentials& credentials, std::string_view region, WallTime now) {
  absl::Status refused = StatusLadder(response, status, credentials, region, now);
  const std::string text = UpstreamText(response, credentials);
  return text.empty() ? refused : WithMetadata(std::move(refused), kUpstreamText, text);
}

absl::Status UnreachableError(const absl::Status& failure) {
  // TLS and proxy credentials: a retry does not help.
  if (failure.code() == absl::StatusCode::kFailedPrecondition) return failure;
  const bool malformed = failure.code() == absl::StatusCode::kInternal ||
                         failure.code() == absl::StatusCode::kResourceExhausted;
  if (malformed) return Malformed(StrCat("an unreadable response: ", ToStd(failure.message())));
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_TOKEN",
               StrCat("Falcon's token endpoint cannot be reached: ", ToStd(failure.message())));
}

absl::Status WithHttpMetadata(absl::Status failure, const http::HttpResponse& response) {
  failure = WithMetadata(std::move(failure), "http_status", StrCat(response.status));
  const std::string_view trace_id = http::FindHeader(response.headers, "x-cs-traceid");
  if (trace_id.empty()) return failure;
  return WithMetadata(std::move(failure), "trace_id", EscapeUnsafe(trace_id, 64));
}

}  // namespace falcon::auth

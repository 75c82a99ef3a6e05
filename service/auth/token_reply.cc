// Reads the token endpoint's JSON, and scrubs what it says of failures.
#include "auth/token_reply.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "auth/cloud.h"
#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "http/html_page.h"
#include "http/retry_after.h"

namespace falcon::auth {
namespace {

using nlohmann::json;

constexpr size_t kMaxBody = size_t{64} << 10;
constexpr size_t kMaxToken = size_t{16} << 10;
constexpr size_t kMaxPageText = 200;
constexpr double kMaxLife = 24 * 3600;  // Falcon's is half an hour

absl::Status Malformed(std::string_view what) {
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_TOKEN_MALFORMED",
               StrCat("Falcon's token endpoint answered ", what,
                      "; if this goes on, look for a proxy between the gateway and Falcon"));
}

// Falcon's number types drift: 1799, 1799.0 and "1799" are the same.
std::optional<seconds> Life(const json& value) {
  double life = 0;
  if (value.is_number()) {
    life = value.get<double>();
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), life);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  }
  if (!std::isfinite(life) || life < 1) return std::nullopt;
  return seconds(static_cast<int64_t>(std::min(life, kMaxLife)));
}

// A token becomes a header: a line break in it would become another one.
bool FitsHeader(std::string_view token) {
  return !token.empty() && token.size() <= kMaxToken &&
         std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; });
}

// Words of others, without what we sent.
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
std::string FalconsWords(const http::HttpResponse& response, const Credentials& credentials) {
  if (response.body.size() > kMaxBody) return "";
  const json body = json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  const json::json_pointer place("/errors/0/message");
  if (!body.is_object() || !body.contains(place) || !body.at(place).is_string()) return "";
  return Scrubbed(body.at(place).get_ref<const std::string&>(), credentials, 256);
}

// What was said by whoever answered; empty: nothing.
std::string UpstreamText(const http::HttpResponse& response, const Credentials& credentials) {
  if (!http::IsMarkup(response.body)) return FalconsWords(response, credentials);
  return Scrubbed(http::MarkupText(response.body, 2 * kMaxPageText), credentials, kMaxPageText);
}

// Where something before Falcon answered.
std::string_view PageNote(const http::HttpResponse& response) {
  return http::IsMarkup(response.body) ? " with a page instead of Falcon's JSON" : "";
}

absl::Status PageRefused(const http::HttpResponse& response) {
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_PROXY",
               StrCat("the log-in was answered HTTP ", response.status, PageNote(response),
                      ". A proxy or firewall before Falcon sent it; it says nothing about the API "
                      "client's id and secret"));
}

absl::Status CredentialsRefused(const http::HttpResponse& response, int status,
                                const Credentials& credentials, std::string_view region) {
  std::string message = StrCat(
      "Falcon refused the log-in (HTTP ", status,
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
            "Falcon limits log-ins from this address (300 a minute); the gateway waits");
  const std::optional<milliseconds> delay = http::ParseRetryAfter(response.headers, now);
  return delay.has_value() ? WithRetryAfter(std::move(limited), *delay) : limited;
}

absl::Status Refusal(const http::HttpResponse& response, int status, const Credentials& credentials,
                     std::string_view region, WallTime now) {
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

absl::StatusOr<Grant> ReadGrant(http::HttpResponse& response) {
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
  if (!fits) return Malformed("an access_token that is none");
  const auto expires_in = body.find("expires_in");
  const std::optional<seconds> life = expires_in == body.end() ? std::nullopt : Life(*expires_in);
  if (!life.has_value()) return Malformed("without an expires_in above zero");
  return Grant{value, *life};
}

int ErrorInstead(const http::HttpResponse& response) {
  // A body with a token is parsed once, where it is wiped too.
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

absl::Status RefusedGrant(const http::HttpResponse& response, int status,
                          const Credentials& credentials, std::string_view region, WallTime now) {
  absl::Status refused = Refusal(response, status, credentials, region, now);
  const std::string said = UpstreamText(response, credentials);
  return said.empty() ? refused : WithMetadata(std::move(refused), kUpstreamText, said);
}

absl::Status NoAnswer(const absl::Status& failure) {
  // TLS and proxy credentials: nothing that trying again would cure.
  if (failure.code() == absl::StatusCode::kFailedPrecondition) return failure;
  const bool nonsense = failure.code() == absl::StatusCode::kInternal ||
                        failure.code() == absl::StatusCode::kResourceExhausted;
  if (nonsense) return Malformed(StrCat("nonsense: ", ToStd(failure.message())));
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_TOKEN",
               StrCat("Falcon's token endpoint cannot be reached: ", ToStd(failure.message())));
}

absl::Status WithAnswer(absl::Status failure, const http::HttpResponse& response) {
  failure = WithMetadata(std::move(failure), "http_status", StrCat(response.status));
  const std::string_view trace_id = http::FindHeader(response.headers, "x-cs-traceid");
  if (trace_id.empty()) return failure;
  return WithMetadata(std::move(failure), "trace_id", EscapeUnsafe(trace_id, 64));
}

}  // namespace falcon::auth

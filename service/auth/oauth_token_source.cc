// The token request: one form, at most one redirect, a few attempts.
#include "auth/oauth_token_source.h"

#include <algorithm>
#include <utility>

#include "auth/cloud.h"
#include "auth/token_response.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon::auth {
namespace {

constexpr std::string_view kTokenPath = "/oauth2/token";
constexpr size_t kMaxTargetBytes = 200;

bool HasToken(int status) { return status == 200 || status == 201; }
bool Redirects(int status) { return status >= 300 && status < 400; }

absl::Status NoRedirect(std::string_view target) {
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_REDIRECT",
               StrCat("the token request was redirected to ", target,
                      ". The secret was not sent there; check FALCON_BASE_URL, and for a proxy "
                      "between the gateway and Falcon"));
}

absl::Status OtherRegion(std::string_view named, std::string_view configured) {
  if (CloudOfRegion(named) == nullptr) {
    return Error(
        absl::StatusCode::kFailedPrecondition, "UPSTREAM_REGION",
        StrCat("Falcon names the region \"", EscapeUnsafe(named, 32),
               "\", which this gateway does not know: set FALCON_BASE_URL to its address"));
  }
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_REGION",
               StrCat("the API client lives in region ", named, ", not in ", configured,
                      ": set CROWDSTRIKE_API_REGION=", named, " (or auto)"));
}

// `location` resolved against `url`.
std::string Absolute(std::string_view location, std::string_view url) {
  if (location.starts_with("//")) return StrCat(url.substr(0, url.find(':')), ":", location);
  return location.starts_with('/') ? StrCat(url, location) : std::string(location);
}

absl::Status WithoutAddress(const http::HttpResponse& response) {
  const Cloud* named = CloudOfRegion(Lower(http::FindHeader(response.headers, "x-cs-region")));
  if (named == nullptr) return NoRedirect("no address at all");
  return NoRedirect(StrCat("no address, by an answer that names the region ", named->region, " (",
                           named->base_url, ")"));
}

// The value may be the secret: its encoded copy is wiped.
void AppendField(std::string& form, std::string_view name, std::string_view value) {
  std::string encoded = http::PercentEncode(value);
  if (!form.empty()) form += '&';
  form.append(name).append("=").append(encoded);
  SecureErase(encoded);
}

int AttemptsFor(const absl::Status& failure, int max_attempts) {
  if (failure.code() != absl::StatusCode::kUnavailable) return 1;
  if (Reason(failure) == "UPSTREAM_TOKEN") return max_attempts;
  return Reason(failure) == "UPSTREAM_TOKEN_MALFORMED" ? std::min(max_attempts, 2) : 1;
}

}  // namespace

OAuthTokenSource::OAuthTokenSource(Credentials credentials, OAuthOptions options,
                                   http::HttpTransport& transport, const Clock& clock,
                                   runtime::Timer& timer, Jitter jitter)
    : credentials_(std::move(credentials)),
      options_(std::move(options)),
      transport_(transport),
      clock_(clock),
      timer_(timer),
      jitter_(std::move(jitter)) {}

Task<absl::StatusOr<Token>> OAuthTokenSource::Get(Deadline deadline) {
  loop_thread_.Check();
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<Token> token = co_await FetchToken(deadline);
    if (token.ok()) {
      learned_url_ = token->base_url;
      co_return token;
    }
    // The learned address may be wrong: the next request starts at the configured one.
    if (token.status().code() == absl::StatusCode::kFailedPrecondition) learned_url_.clear();
    const milliseconds pause =
        RetryAfter(token.status()).value_or(options_.backoff.After(attempt, jitter_()));
    const bool last = attempt >= AttemptsFor(token.status(), options_.max_attempts);
    if (last || !deadline.Allows(clock_, pause)) co_return token;
    const SteadyTime next = clock_.Now() + pause;
    co_await timer_.SleepUntil(next);
  }
}

Task<absl::StatusOr<Token>> OAuthTokenSource::FetchToken(Deadline deadline) {
  std::string url = FirstUrl();
  bool redirected = false;
  while (true) {
    const SteadyTime requested = clock_.Now();
    http::HttpRequest request = TokenRequest(url, deadline);
    absl::StatusOr<http::HttpResponse> response = co_await transport_.Send(std::move(request));
    if (!response.ok()) co_return UnreachableError(response.status());
    const absl::StatusOr<std::string> next = NextHop(url, *response);
    if (!next.ok()) {
      SecureErase(response->body);
      co_return WithHttpMetadata(next.status(), *response);
    }
    if (next->empty()) co_return Read(url, *response, requested);
    SecureErase(response->body);
    if (redirected) {
      co_return WithHttpMetadata(NoRedirect(StrCat(*next, ", after one already")), *response);
    }
    redirected = true;
    url = *next;
  }
}

std::string OAuthTokenSource::FirstUrl() const {
  if (!learned_url_.empty()) return learned_url_;
  if (!options_.base_url.empty()) return options_.base_url;
  const Cloud* cloud = CloudOfRegion(options_.region);
  return std::string(cloud == nullptr ? Clouds().front().base_url : cloud->base_url);
}

http::HttpRequest OAuthTokenSource::TokenRequest(const std::string& base_url,
                                                 Deadline deadline) const {
  const Deadline until = Earlier(deadline, Deadline::In(clock_, options_.attempt_timeout));
  http::HttpRequest request(http::Method::kPost, StrCat(base_url, kTokenPath), until);
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.wipe_body = true;
  // Reserved up front: a string that grows leaves copies of the secret behind.
  request.body.reserve(64 + 3 * (credentials_.client_id.size() +
                                 credentials_.client_secret.Reveal().size() +
                                 credentials_.member_cid.size()));
  AppendField(request.body, "client_id", credentials_.client_id);
  AppendField(request.body, "client_secret", credentials_.client_secret.Reveal());
  if (!credentials_.member_cid.empty()) {
    AppendField(request.body, "member_cid", credentials_.member_cid);
  }
  return request;
}

absl::StatusOr<std::string> OAuthTokenSource::NextHop(const std::string& url,
                                                      const http::HttpResponse& response) const {
  if (Redirects(response.status)) return RedirectTarget(url, response);
  // The region header of a relay or simulator is ignored.
  if (!options_.base_url.empty()) return "";
  if (response.status == 429 || response.status >= 500) return "";
  const std::string named = Lower(http::FindHeader(response.headers, "x-cs-region"));
  const Cloud* asked = CloudOfUrl(url);
  if (named.empty() || (asked != nullptr && named == asked->region)) return "";
  const Cloud* cloud = CloudOfRegion(named);
  if (options_.region != kAutoRegion || cloud == nullptr) {
    return OtherRegion(named, options_.region);
  }
  return std::string(cloud->base_url);
}

absl::StatusOr<std::string> OAuthTokenSource::RedirectTarget(
    const std::string& url, const http::HttpResponse& response) const {
  if (response.status != 307 && response.status != 308) {
    return NoRedirect(
        StrCat("another address by HTTP ", response.status, ", which drops the form"));
  }
  const std::string_view location = http::FindHeader(response.headers, "location");
  if (location.empty()) return WithoutAddress(response);
  const auto target = ParseAddress(Absolute(location, url));
  if (!target.has_value()) {
    return NoRedirect(
        StrCat("\"", EscapeUnsafe(location, kMaxTargetBytes), "\", which is not a valid address"));
  }
  std::string target_url = target->origin.Url();
  if (target_url == url) return NoRedirect("where it came from");
  if (target->path != kTokenPath) return NoRedirect(StrCat("another path of ", target_url));
  if (const Cloud* cloud = CloudOfUrl(target_url); cloud != nullptr) {
    const bool pinned = options_.base_url.empty() && options_.region != kAutoRegion;
    if (pinned) return OtherRegion(cloud->region, options_.region);
    return target_url;
  }
  const auto from = ParseAddress(url);
  const bool same_loopback =
      from.has_value() && IsLoopback(from->origin.host) && from->origin.host == target->origin.host;
  if (same_loopback && std::ranges::count(options_.loopback_redirects, target->origin.HostPort())) {
    return target_url;
  }
  return NoRedirect(StrCat(target_url, ", which is no Falcon cloud"));
}

absl::StatusOr<Token> OAuthTokenSource::Read(const std::string& url, http::HttpResponse& response,
                                             SteadyTime requested) {
  const Cloud* cloud = CloudOfUrl(url);
  const std::string_view region = cloud == nullptr ? "" : cloud->region;
  const int error = HasToken(response.status) ? ErrorCodeInBody(response) : response.status;
  if (error != 0) {
    return WithHttpMetadata(TokenErrorFrom(response, error, credentials_, region, clock_.WallNow()),
                            response);
  }
  absl::StatusOr<TokenResponse> parsed = ParseTokenResponse(response);
  if (!parsed.ok()) return WithHttpMetadata(parsed.status(), response);
  Token token;
  token.value = std::move(parsed->token);
  token.issued = requested;
  token.expires = requested + parsed->lifetime;
  token.base_url = url;
  const Cloud* named = CloudOfRegion(Lower(http::FindHeader(response.headers, "x-cs-region")));
  token.region = named == nullptr ? region : named->region;
  token.generation = ++tokens_issued_;
  return token;
}

}  // namespace falcon::auth

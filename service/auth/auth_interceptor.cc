// The bearer header, refresh and replay.
#include "auth/auth_interceptor.h"

#include <optional>
#include <string>
#include <utility>

#include "auth/token_response.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon::auth {
namespace {

// Falcon's limit for requests that it counts as having no valid token.
constexpr std::string_view kAnonymousLimit = "15";
constexpr size_t kMaxTargetBytes = 200;
constexpr int kMaxAttempts = 4;

bool TokenRefused(const http::HttpResponse& response) {
  if (response.status == 401) return true;
  return response.status == 429 &&
         http::FindHeader(response.headers, "x-ratelimit-limit") == kAnonymousLimit;
}

http::HttpRequest WithBearerToken(const http::HttpRequest& request, const Token& token) {
  http::HttpRequest result = request;
  result.url = StrCat(token.base_url, request.url);
  std::string bearer;
  bearer.reserve(token.value.Reveal().size() + 8);
  bearer.append("Bearer ").append(token.value.Reveal());
  result.authorization = Secret(bearer);
  SecureErase(bearer);
  return result;
}

absl::Status Redirected(const http::HttpResponse& response) {
  const std::string_view target = http::FindHeader(response.headers, "location");
  return Error(
      absl::StatusCode::kFailedPrecondition, "UPSTREAM_REDIRECT",
      StrCat("Falcon answered a data request with a redirect",
             target.empty() ? "" : StrCat(" to ", EscapeUnsafe(target, kMaxTargetBytes)),
             ". It was not followed and the token was not sent there: check the region, and "
             "for a proxy between the gateway and Falcon"));
}

absl::Status RefusedFreshToken(std::string_view operation) {
  return Error(
      absl::StatusCode::kFailedPrecondition, "UPSTREAM_AUTH",
      StrCat("Falcon refused a fresh access token for ", operation,
             ": check that the region fits the API client, that the client was not deleted or "
             "restricted, and its scopes"));
}

}  // namespace

Task<absl::StatusOr<http::HttpResponse>> AuthInterceptor::Send(http::HttpRequest request) {
  loop_thread_.Check();
  const std::string operation = request.url.substr(0, request.url.find('?'));
  std::optional<SteadyTime> refused_at;
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_CO_RETURN(const Token token, co_await tokens_.Get(request.deadline));
    http::HttpRequest authorized = WithBearerToken(request, token);
    absl::StatusOr<http::HttpResponse> response = co_await next_.Send(std::move(authorized));
    if (!response.ok()) co_return response;
    if (response->status >= 300 && response->status < 400) {
      co_return WithHttpMetadata(Redirected(*response), *response);
    }
    if (!TokenRefused(*response)) {
      tokens_.MarkAccepted(token, operation);
      co_return response;
    }
    const Refusal refusal = tokens_.Invalidate(token, operation);
    // A token that was requested before the refusal may have been revoked with its predecessor.
    const bool fresh = refused_at.has_value() && token.issued >= *refused_at;
    if (!refusal.replay || fresh || attempt == kMaxAttempts) {
      co_return WithHttpMetadata(RefusedFreshToken(operation), *response);
    }
    refused_at = refusal.at;
  }
}

}  // namespace falcon::auth

// One refresh, one replay.
#include "auth/auth_interceptor.h"

#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"

namespace falcon::auth {
namespace {

// Falcon's limit for requests that it counts as having no valid token.
constexpr std::string_view kAnonymousLimit = "15";
constexpr size_t kMaxTargetBytes = 200;

bool TokenRefused(const wire::HttpResponse& response) {
  if (response.status == 401) return true;
  return response.status == 429 &&
         wire::FindHeader(response.headers, "x-ratelimit-limit") == kAnonymousLimit;
}

wire::HttpRequest Signed(const wire::HttpRequest& request, const Token& token) {
  wire::HttpRequest result = request;
  result.url = Cat(token.base_url, request.url);
  std::string bearer;
  bearer.reserve(token.value.Reveal().size() + 8);
  bearer.append("Bearer ").append(token.value.Reveal());
  result.authorization = Secret(bearer);
  Wipe(bearer);
  return result;
}

absl::Status Redirected(const wire::HttpResponse& response) {
  const std::string_view target = wire::FindHeader(response.headers, "location");
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_REDIRECT",
               Cat("Falcon answered a data request with a redirect",
                   target.empty() ? "" : Cat(" to ", EscapeHostile(target, kMaxTargetBytes)),
                   ", which is not followed, and the token was not sent there: check the region, "
                   "and for a proxy between the gateway and Falcon"));
}

absl::Status WithTrace(absl::Status failure, const wire::HttpResponse& response) {
  failure = WithFact(std::move(failure), "http_status", Cat(response.status));
  const std::string_view trace_id = wire::FindHeader(response.headers, "x-cs-traceid");
  if (trace_id.empty()) return failure;
  return WithFact(std::move(failure), "trace_id", EscapeHostile(trace_id, 64));
}

}  // namespace

Task<absl::StatusOr<wire::HttpResponse>> AuthInterceptor::Send(wire::HttpRequest request) {
  for (bool replay = false;; replay = true) {
    ASSIGN_OR_CO_RETURN(const Token token, co_await tokens_.Get(request.deadline));
    wire::HttpRequest authorized = Signed(request, token);
    absl::StatusOr<wire::HttpResponse> response = co_await next_.Send(std::move(authorized));
    if (!response.ok()) co_return response;
    if (response->status >= 300 && response->status < 400) {
      co_return WithTrace(Redirected(*response), *response);
    }
    if (!TokenRefused(*response)) {
      tokens_.Accepted(token.generation);
      co_return response;
    }
    tokens_.Refused(token.generation);
    if (replay) {
      const absl::Status refused =
          Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_AUTH",
                "Falcon refused a fresh access token: check that the region fits the API client, "
                "and that the client was not deleted or restricted");
      co_return WithTrace(refused, *response);
    }
  }
}

}  // namespace falcon::auth

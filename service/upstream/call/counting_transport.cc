// One counter an answer.
#include "upstream/call/counting_transport.h"

#include <string>
#include <utility>

namespace falcon::upstream {

Task<absl::StatusOr<http::HttpResponse>> CountingTransport::Send(http::HttpRequest request) {
  absl::StatusOr<http::HttpResponse> response = co_await next_.Send(std::move(request));
  const std::string code = std::to_string(response.ok() ? response->status : 0);
  responses_.Add({{"code", code}});
  co_return response;
}

}  // namespace falcon::upstream

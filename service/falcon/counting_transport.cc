// One counter an answer.
#include "falcon/counting_transport.h"

#include <string>
#include <utility>

namespace falcon {

Task<absl::StatusOr<wire::HttpResponse>> CountingTransport::Send(wire::HttpRequest request) {
  absl::StatusOr<wire::HttpResponse> response = co_await next_.Send(std::move(request));
  const std::string code = std::to_string(response.ok() ? response->status : 0);
  responses_.Add({{"code", code}});
  co_return response;
}

}  // namespace falcon

// CountingTransport: counts Falcon's responses by HTTP status.
#ifndef FALCON_UPSTREAM_CALL_COUNTING_TRANSPORT_H_
#define FALCON_UPSTREAM_CALL_COUNTING_TRANSPORT_H_

#include <string>
#include <utility>

#include "http/http_transport.h"
#include "telemetry/metrics.h"

namespace falcon::upstream {

// falcon_gateway_upstream_responses_total{code}: of each request that goes through, replays
// included; code 0 where no answer came, nothing where the caller was cancelled. Loop thread only
// (asserted by `next`).
class CountingTransport final : public http::HttpTransport {
 public:
  CountingTransport(http::HttpTransport& next, telemetry::Metrics& metrics)
      : next_(next),
        responses_(metrics.AddCounter("falcon_gateway_upstream_responses_total",
                                      "Answers of Falcon, by HTTP status; 0: none came.")) {}

  Task<absl::StatusOr<http::HttpResponse>> Send(http::HttpRequest request) override {
    absl::StatusOr<http::HttpResponse> response = co_await next_.Send(std::move(request));
    const std::string code = std::to_string(response.ok() ? response->status : 0);
    responses_.Add({{"code", code}});
    co_return response;
  }

 private:
  http::HttpTransport& next_;
  const telemetry::CounterFamily responses_;
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_COUNTING_TRANSPORT_H_

// CountingTransport: counts what Falcon answers, by HTTP status.
#ifndef FALCON_FALCON_COUNTING_TRANSPORT_H_
#define FALCON_FALCON_COUNTING_TRANSPORT_H_

#include "obs/metrics.h"
#include "wire/http.h"

namespace falcon {

// falcon_gateway_upstream_responses_total{code}: of each request that goes through, replays
// included; code 0 where no answer came, nothing where the caller was cancelled. Loop thread only.
class CountingTransport final : public wire::HttpTransport {
 public:
  CountingTransport(wire::HttpTransport& next, obs::Metrics& metrics)
      : next_(next),
        responses_(metrics.AddCounter("falcon_gateway_upstream_responses_total",
                                      "Answers of Falcon, by HTTP status; 0: none came.")) {}

  Task<absl::StatusOr<wire::HttpResponse>> Send(wire::HttpRequest request) override;

 private:
  wire::HttpTransport& next_;
  const obs::CounterFamily responses_;
};

}  // namespace falcon

#endif  // FALCON_FALCON_COUNTING_TRANSPORT_H_

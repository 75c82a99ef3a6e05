// HttpTransport by libcurl: one thread that owns one CURLM and every handle in it.
#ifndef FALCON_WIRE_CURL_TRANSPORT_H_
#define FALCON_WIRE_CURL_TRANSPORT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"
#include "run/loop.h"
#include "wire/http.h"

namespace falcon::wire {

struct WireOptions {
  std::string ca_file;         // PEM bundle; empty: the system's
  std::string user_agent = "falcon-gateway/" FALCON_GATEWAY_VERSION;
  size_t max_body_bytes = size_t{64} << 20;
  int max_decompression_ratio = 100;
  seconds connect_timeout{5};
  int max_connections = 64;  // to one host
  seconds stall_time{20};    // under 1 KiB/s for so long ends the transfer
};

struct WireStats {
  int64_t started = 0;
  int64_t finished = 0;   // answered or failed
  int64_t cancelled = 0;  // taken off the wire
  int64_t in_flight = 0;
};

// Responses are posted to the loop, exactly once for each request that was not cancelled. Destroying the transport ends its
// thread; no Send may be waiting then.
class CurlTransport final : public HttpTransport {
 public:
  CurlTransport(WireOptions options, run::Loop& loop, const Clock& clock);
  ~CurlTransport() override;

  Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request) override;

  // Any thread.
  WireStats stats() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace falcon::wire

#endif  // FALCON_WIRE_CURL_TRANSPORT_H_

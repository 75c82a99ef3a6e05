// Options of the libcurl transport, and what it reports.
#ifndef FALCON_HTTP_CURL_CURL_OPTIONS_H_
#define FALCON_HTTP_CURL_CURL_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace falcon::http {

struct CurlOptions {
  std::string ca_file;  // PEM bundle; empty: the system's
  std::string user_agent = "falcon-gateway/" FALCON_GATEWAY_VERSION;
  size_t max_body_bytes = size_t{64} << 20;
  int max_decompression_ratio = 100;
  seconds connect_timeout{5};
  int max_connections = 64;  // to one host
  // A response that arrives at less than 1 KiB/s for so long is failed.
  seconds stall_time{20};
  // A transfer that ends without a response retires its connection when nothing was received for so
  // long; the second bound applies while other transfers wait on the connection too.
  milliseconds max_silence{1500};
  milliseconds max_shared_silence{4000};
};

struct TransportStats {
  int64_t started = 0;
  int64_t finished = 0;  // with a response or a failure
  int64_t cancelled = 0;
  int64_t in_flight = 0;
};

// A connection that was found dead and shut down.
struct RetiredConnection {
  std::string_view reason;  // "unacknowledged" or "silent"; static
  milliseconds silence{0};  // without a byte while a response was due
};

// Called on the wire thread. Must not block.
using OnRetired = std::function<void(const RetiredConnection&)>;

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CURL_OPTIONS_H_

// What an operator may set about the wire, and what it counts.
#ifndef FALCON_WIRE_WIRE_OPTIONS_H_
#define FALCON_WIRE_WIRE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace falcon::wire {

struct WireOptions {
  std::string ca_file;  // PEM bundle; empty: the system's
  std::string user_agent = "falcon-gateway/" FALCON_GATEWAY_VERSION;
  size_t max_body_bytes = size_t{64} << 20;
  int max_decompression_ratio = 100;
  seconds connect_timeout{5};
  int max_connections = 64;  // to one host
  // Under 1 KiB/s for so long, once the answer has begun, ends the transfer.
  seconds stall_time{20};
};

struct WireStats {
  int64_t started = 0;
  int64_t finished = 0;   // answered or failed
  int64_t cancelled = 0;  // taken off the wire
  int64_t in_flight = 0;
};

}  // namespace falcon::wire

#endif  // FALCON_WIRE_WIRE_OPTIONS_H_

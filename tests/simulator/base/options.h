// Everything that can be set on a simulator, with its defaults.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "simulator/base/time.h"

namespace falcon::simulator {

enum class UnknownIds { kDrop, kErrors, kNotFound };

struct Options {
  // Network. Port 0 takes any free port.
  std::string listen_address = "127.0.0.1";
  uint16_t port = 0;
  int threads = 1;
  std::string tls_cert;  // PEM files; both or neither
  std::string tls_key;

  // Credentials and region.
  std::string client_id = "simulator-client";
  std::string client_secret = "simulator-secret";
  std::string region = "us-1";
  std::vector<std::string> member_cids;  // empty: any 32-digit child is served
  std::vector<std::string> denied_scopes;
  int token_lifetime_seconds = 1799;
  std::string virustotal_key = "simulator-vt-key";
  std::string redirect_token_url;  // when set, token calls answer 308 to this base URL
  std::string redirect_region;

  // Data.
  uint64_t seed = 1;
  // Numbers of records by the name of their flag, such as {"iocs", 700}; each area has a default
  // for its own. The table of areas is in areas/registry.cc.
  std::map<std::string, uint32_t, std::less<>> sizes;
  Nanos now = 0;  // the instant the data ends at; 0 takes the start
  uint32_t corrupt_every = 0;
  UnknownIds unknown_host_ids = UnknownIds::kErrors;
  uint64_t record_cache_bytes = 128ULL << 20;

  // Behaviour.
  int rate_limit = 6000;          // a minute for the customer; 0 never refuses
  int token_rate_limit = 300;     // a minute for token calls; 0 never refuses
  int virustotal_rate_limit = 0;  // look-ups a minute at VirusTotal; 0 never refuses
  int stale_token_limit = 0;      // 401 answers a minute before they turn into 429; 0 never
  bool retry_after_in_ms = false;
  int cursor_lifetime_seconds = 120;
  int cursor_uses = 0;  // pages after which a cursor chain dies; 0 never
  int latency_ms = 0;
  bool lenient_unknown_fields = false;
  std::vector<std::string> faults;  // in the text form of fault/fault.h

  // Tests set this to move time by hand; it must be safe to call from any thread.
  NowFunction now_function;
};

}  // namespace falcon::simulator

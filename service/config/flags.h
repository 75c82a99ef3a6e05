// The command line of falcon-gateway, as text: what was said, not yet what it means.
#ifndef FALCON_CONFIG_FLAGS_H_
#define FALCON_CONFIG_FLAGS_H_

#include <string>
#include <vector>

#include "config/problems.h"

namespace falcon::config {

struct Flags {
  std::string print;  // the answer to --help or --version; the rest does not count then

  std::string listen = "127.0.0.1:50051";
  bool allow_insecure_listen = false;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  std::string metrics_listen;
  std::string max_connections = "1000";
  std::string max_connections_per_address = "250";

  std::string client_id;
  std::string client_secret_file;
  std::string member_cid;
  std::string region;
  std::string base_url;
  std::vector<std::string> loopback_redirects;
  std::string ca_file;
  std::string env_file;
  std::string page_token_key_file;

  std::string max_in_flight = "48";
  std::string max_waiting = "10000";
  std::string cache_mib = "64";
  bool no_batching = false;
  std::string circuit_breaker_min_calls = "20";
  std::string memory_limit_mib;  // empty: the control group's, else 512
  std::string upstream_max_body_mib = "64";
  std::string upstream_stall_seconds = "20";
  std::string drain_seconds = "25";
  std::string drain_delay_seconds = "5";
  std::string log_level = "info";

  std::string redis;
  std::string redis_user;
  std::string redis_password_file;
  bool allow_insecure_redis = false;

  std::string virustotal_api_key_file;
  std::string virustotal_base_url = "https://www.virustotal.com";
  bool virustotal_urls = false;
  std::string virustotal_per_minute = "4";
  std::string virustotal_per_day = "500";
};

// Unknown flags become problems, each with the nearest known one. Values of unknown flags and stray
// arguments are not repeated: somebody may have put a secret there.
Flags ParseFlags(int argc, const char* const* argv, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_FLAGS_H_

// Config: everything that the operator decides, read and checked once.
#ifndef FALCON_CONFIG_CONFIG_H_
#define FALCON_CONFIG_CONFIG_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/credentials.h"
#include "base/secret.h"
#include "base/time.h"
#include "config/environment.h"
#include "telemetry/log.h"

namespace falcon::config {

struct Config {
  // Not empty: --help or --version was asked for. Print it and exit with 0; nothing else is set.
  std::string print;
  // To be logged: allowed, and perhaps not meant.
  std::vector<std::string> warnings;

  auth::Credentials credentials;
  std::string region = "us-1";                  // or "auto"; does not count with a base URL
  std::string base_url;                         // of a cloud that is none of the known ones
  std::vector<std::string> loopback_redirects;  // see auth::LoginOptions
  std::string ca_file;                          // empty: the system's

  std::string listen;  // for gRPC: HOST:PORT or unix:PATH
  // PEM texts; all empty: plaintext. Without a client CA any client may call.
  std::string tls_certificate;
  Secret tls_private_key;
  std::string tls_client_ca;
  std::string metrics_listen;  // HOST:PORT; empty: metrics are not served
  int max_connections = 1000;
  int max_connections_per_address = 250;

  Secret page_token_key;  // empty: derive it from the client's secret
  size_t max_in_flight = 48;
  size_t max_waiting = 10'000;
  size_t cache_bytes = size_t{64} << 20;  // 0: nothing is kept
  bool batching = true;
  int circuit_breaker_min_calls = 20;        // in ten seconds; 0: circuits never open
  std::optional<size_t> memory_limit_bytes;  // 0: none; unset: the control group's, else 512 MiB
  size_t upstream_max_body_bytes = size_t{64} << 20;
  seconds upstream_stall{20};  // a begun answer may trickle for so long
  seconds drain{25};           // the delay included
  seconds drain_delay{5};      // from NOT_SERVING until the listener closes
  telemetry::Level log_level = telemetry::Level::kInfo;

  std::string redis_address;  // HOST:PORT or unix:PATH; empty: nothing is shared
  std::string redis_user;     // empty: Redis' default one
  Secret redis_password;      // empty: no log-in

  Secret virustotal_api_key;  // empty: nothing is looked up
  std::string virustotal_base_url;
  bool virustotal_urls = false;  // whether URLs may be sent to VirusTotal
  int virustotal_per_minute = 4;
  int virustotal_per_day = 500;
};

// Flags before environment before --env-file. INVALID_ARGUMENT (INVALID_CONFIG) with one violation
// for each problem, so that all are mended in one go: print Violations(status) line by line. No
// message holds a secret. Erases the secrets' variables from `environment`, whatever the outcome.
// Call it before the first thread starts.
absl::StatusOr<Config> LoadConfig(int argc, const char* const* argv, Environment& environment);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_CONFIG_H_

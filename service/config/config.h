// Config: everything that the operator decides, read and checked once.
#ifndef FALCON_CONFIG_CONFIG_H_
#define FALCON_CONFIG_CONFIG_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/oauth_token_source.h"
#include "base/secret.h"
#include "base/time.h"
#include "config/sources.h"
#include "http/curl/curl_options.h"
#include "redis/redis_store.h"
#include "reputation/client.h"
#include "telemetry/log.h"
#include "telemetry/metrics_server.h"
#include "upstream/call/admission_queue.h"

namespace falcon::config {

// Defaults stand here and in the option structs of the rooms; the flags show them.
struct Config {
  // Not empty: --help or --version was given. Print it and exit with 0; nothing else is set.
  std::string print;
  // To be logged: allowed, and perhaps not intended.
  std::vector<std::string> warnings;

  auth::Credentials credentials;
  auth::OAuthOptions oauth;
  http::CurlOptions http;

  std::string listen = "127.0.0.1:50051";  // for gRPC: HOST:PORT or unix:PATH
  // PEM texts; all empty: plaintext. Without a client CA any client may call.
  std::string tls_certificate;
  Secret tls_private_key;
  std::string tls_client_ca;
  telemetry::MetricsServerOptions metrics;  // empty `listen`: metrics are not served
  int max_connections = 1000;
  int max_connections_per_address = 250;

  Secret page_token_key;  // empty: derived from the client's secret
  upstream::AdmissionQueueOptions admission;
  size_t cache_bytes = size_t{64} << 20;  // 0: no responses are cached
  bool batching = true;
  int circuit_breaker_min_calls = 20;        // in ten seconds; 0: circuits never open
  std::optional<size_t> memory_limit_bytes;  // 0: none; unset: the control group's, else 512 MiB
  seconds drain{25};                         // the delay included
  seconds drain_delay{5};                    // from NOT_SERVING until the listener closes
  telemetry::Level log_level = telemetry::Level::kInfo;

  redis::RedisOptions redis;             // empty address: replicas share no cached responses
  reputation::ClientOptions reputation;  // empty key: nothing is looked up
};

// Reads flags, then the environment, then --env-file; the first that sets a value wins.
// INVALID_ARGUMENT (INVALID_CONFIG) with one violation for each problem: print Violations(status)
// line by line. No message holds a secret. Erases the secrets' variables from `environment`,
// whatever the outcome. Call it before the first thread starts.
absl::StatusOr<Config> LoadConfig(int argc, const char* const* argv, Environment& environment);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_CONFIG_H_

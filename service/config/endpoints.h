// The addresses of the configuration: who reaches the gateway, which services it reaches, and by
// which proxies. Plaintext stays on loopback unless the operator allows it.
#ifndef FALCON_CONFIG_ENDPOINTS_H_
#define FALCON_CONFIG_ENDPOINTS_H_

#include <string>
#include <string_view>

#include "base/secret.h"
#include "config/config.h"
#include "config/flags.h"
#include "config/sources.h"

namespace falcon::config {

// Variables that hold secrets.
inline constexpr std::string_view kRedisPassword = "REDIS_PASSWORD";
inline constexpr std::string_view kVirusTotalKey = "VIRUSTOTAL_API_KEY";

// A file that holds at least one PEM block.
absl::StatusOr<Secret> ReadPem(const std::string& path, AllowedReaders readers);

// Address, certificate, key and client CA of the gRPC server.
void ReadListener(const Flags& flags, Config& config, Problems& problems);

// The address of the metrics: PORT, which means loopback, or HOST:PORT. Off loopback is a warning.
void ReadMetricsListener(const Flags& flags, Config& config, Problems& problems);

// Address, user and password of Redis. Without an address the password's variables are ignored:
// they are another program's.
void ReadRedis(const Flags& flags, const Sources& sources, Config& config, Problems& problems);

// Key, address and scope of VirusTotal look-ups. Without a key the rest is checked all the same.
void ReadReputation(const Flags& flags, const Sources& sources, Config& config, Problems& problems);

// Adds a problem for each variable that libcurl would use and cannot. No problem repeats a value,
// which may hold a password.
void CheckProxies(const Environment& environment, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_ENDPOINTS_H_

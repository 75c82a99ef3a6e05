// The part of the configuration that decides who can reach the gateway.
#ifndef FALCON_CONFIG_LISTENER_H_
#define FALCON_CONFIG_LISTENER_H_

#include <string>

#include "base/secret_file.h"
#include "config/config.h"
#include "config/flags.h"
#include "config/problems.h"

namespace falcon::config {

// A file that holds at least one PEM block.
absl::StatusOr<Secret> ReadPem(const std::string& path, AllowedReaders readers);

// Address, certificate, key and client CA. Plaintext off loopback is a problem unless it is
// allowed, and a warning then.
void ReadListener(const Flags& flags, Config& config, Problems& problems);

// The address of the metrics: PORT, which means loopback, or HOST:PORT. Off loopback is a warning.
void ReadMetricsListener(const Flags& flags, Config& config, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_LISTENER_H_

// The part of the configuration that decides whether replicas share kept answers, and by which
// Redis.
#ifndef FALCON_CONFIG_REDIS_H_
#define FALCON_CONFIG_REDIS_H_

#include <string_view>

#include "config/config.h"
#include "config/flags.h"
#include "config/problems.h"
#include "config/sources.h"

namespace falcon::config {

// The variable of the password; a secret.
inline constexpr std::string_view kRedisPassword = "REDIS_PASSWORD";

// Address, user and password. An address off loopback is a problem unless it is allowed, and a
// warning then; without an address the password's variables are not looked at. Call it after the
// limits: without a cache there is nothing to share.
void ReadRedis(const Flags& flags, const Sources& sources, Config& config, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_REDIS_H_

// The part of the configuration that decides whether, and how often, VirusTotal is asked.
#ifndef FALCON_CONFIG_REPUTATION_H_
#define FALCON_CONFIG_REPUTATION_H_

#include <string_view>

#include "config/config.h"
#include "config/flags.h"
#include "config/problems.h"
#include "config/sources.h"

namespace falcon::config {

// The variable of the key; a secret.
inline constexpr std::string_view kVirusTotalKey = "VIRUSTOTAL_API_KEY";

// Key, address, quotas and whether URLs may be sent. Without a key the rest is checked all the
// same.
void ReadReputation(const Flags& flags, const Sources& sources, Config& config, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_REPUTATION_H_

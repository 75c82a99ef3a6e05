// The scripted intrusion on SRV-PROD-001; its alerts are the first of the data set.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "simulator/data/behavior.h"

namespace falcon::simulator {

enum class AlertKind { kEndpoint, kScan, kIdentity, kCorrelation, kOverwatch, kThirdParty, kLead };

struct StoryAlert {
  AlertKind kind;
  uint32_t host;
  uint32_t minutes_ago;
  std::string_view status;
  std::string_view user;
  uint32_t local_process_id;
  Behavior behavior;
  std::string_view ioc_type;
  std::string_view ioc_value;
  std::string_view remote_address;  // of one network access; may be empty
};

inline constexpr std::string_view kStoryAddress = "203.0.113.42";
inline constexpr std::string_view kStoryDomain = "malicious-domain.com";
// SHA-256 of the false svchost.exe.
inline constexpr std::string_view kStoryHash =
    "9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a";

// Oldest first.
std::span<const StoryAlert> Story();

}  // namespace falcon::simulator

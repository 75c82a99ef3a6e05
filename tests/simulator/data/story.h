// What attackers did: behaviors of background alerts, and the scripted intrusion on SRV-PROD-001.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace falcon::simulator {

struct Behavior {
  std::string_view name;
  std::string_view description;
  std::string_view tactic;
  std::string_view tactic_id;
  std::string_view technique;
  std::string_view technique_id;
  std::string_view objective;
  std::string_view scenario;
  std::string_view filename;
  std::string_view filepath;
  std::string_view cmdline;
  uint32_t pattern_id;
  uint32_t severity;
};

std::span<const Behavior> EndpointBehaviors();
std::span<const Behavior> IdentityBehaviors();
std::span<const Behavior> CorrelationBehaviors();

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

// The same file by its other hashes.
inline constexpr std::string_view kStoryMd5 = "5d41c8f2a97be3061f4d8c2b7a90e6f3";
inline constexpr std::string_view kStorySha1 = "8c1f4e7a2b5d9036c8e1f4a7b2d5c8e9f0a3b6d1";

// Oldest first.
std::span<const StoryAlert> Story();

}  // namespace falcon::simulator

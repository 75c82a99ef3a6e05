// What an attacker did: the text part of an alert.
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

}  // namespace falcon::simulator

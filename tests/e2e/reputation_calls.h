// What journeys through ReputationService share: a world with a key, and its look-ups counted.
#ifndef FALCON_TESTS_E2E_REPUTATION_CALLS_H_
#define FALCON_TESTS_E2E_REPUTATION_CALLS_H_

#include <string>
#include <vector>

#include "tests/e2e/calls.h"

namespace falcon::e2e {

inline constexpr char kHash[] = "9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a";
inline constexpr char kSha1[] = "8c1f4e7a2b5d9036c8e1f4a7b2d5c8e9f0a3b6d1";
inline constexpr char kDomain[] = "malicious-domain.com";
inline constexpr char kAddress[] = "203.0.113.42";

inline WorldOptions WithKey(WorldOptions options = {}) {
  options.simulator.insert(options.simulator.end(), {"--alerts", "50", "--hosts", "10"});
  options.environment["VIRUSTOTAL_API_KEY"] = kVirusTotalKey;
  return options;
}

// Look-ups that reached the simulated VirusTotal.
inline int LookUps(World& world) {
  int calls = 0;
  const Json ledger = world.Ledger();
  for (const auto& [name, count] : ledger.at("counts").items()) {
    if (name.find(" /api/v3/") != std::string::npos) calls += count.get<int>();
  }
  return calls;
}

inline v1::BatchGetReputationsRequest Values(const std::vector<std::string>& values) {
  v1::BatchGetReputationsRequest request;
  for (const std::string& value : values) request.add_values(value);
  return request;
}

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_REPUTATION_CALLS_H_

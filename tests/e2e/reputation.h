// Worlds with a key for VirusTotal, and the look-ups that reached it.
#ifndef FALCON_TESTS_E2E_REPUTATION_H_
#define FALCON_TESTS_E2E_REPUTATION_H_

#include <string>
#include <vector>

#include "tests/e2e/calls.h"

namespace falcon::e2e {

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

#endif  // FALCON_TESTS_E2E_REPUTATION_H_

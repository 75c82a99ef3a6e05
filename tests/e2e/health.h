// The gateway's grpc.health.v1.Health.
#ifndef FALCON_TESTS_E2E_HEALTH_H_
#define FALCON_TESTS_E2E_HEALTH_H_

#include <string>

#include "tests/e2e/world.h"

namespace falcon::e2e {

// By its wire format: field 1 of the answer is the status, 1 is SERVING and 2 NOT_SERVING.
inline constexpr char kServing[] = "\x08\x01";

std::string HealthOf(World& world);

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_HEALTH_H_

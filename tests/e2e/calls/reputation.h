// The methods of ReputationService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_REPUTATION_H_
#define FALCON_TESTS_E2E_CALLS_REPUTATION_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/reputation.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::BatchGetReputationsRequest> =
    &v1::ReputationService::Stub::BatchGetReputations;
template <>
inline constexpr auto kMethod<v1::CheckIocsRequest> = &v1::ReputationService::Stub::CheckIocs;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_REPUTATION_H_

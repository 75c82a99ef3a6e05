// The methods of VulnerabilityService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_VULNERABILITIES_H_
#define FALCON_TESTS_E2E_CALLS_VULNERABILITIES_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/vulnerabilities.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListVulnerabilitiesRequest> =
    &v1::VulnerabilityService::Stub::ListVulnerabilities;
template <>
inline constexpr auto kMethod<v1::GetVulnerabilityRequest> =
    &v1::VulnerabilityService::Stub::GetVulnerability;
template <>
inline constexpr auto kMethod<v1::BatchGetVulnerabilitiesRequest> =
    &v1::VulnerabilityService::Stub::BatchGetVulnerabilities;
template <>
inline constexpr auto kMethod<v1::ExportVulnerabilitiesRequest> =
    &v1::VulnerabilityService::Stub::ExportVulnerabilities;
template <>
inline constexpr auto kMethod<v1::BatchGetRemediationsRequest> =
    &v1::VulnerabilityService::Stub::BatchGetRemediations;
template <>
inline constexpr auto kMethod<v1::BatchGetEvaluationLogicRequest> =
    &v1::VulnerabilityService::Stub::BatchGetEvaluationLogic;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_VULNERABILITIES_H_

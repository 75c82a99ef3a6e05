// The methods of IntelIndicatorService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_INTEL_INDICATORS_H_
#define FALCON_TESTS_E2E_CALLS_INTEL_INDICATORS_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/intel_indicators.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListIntelIndicatorsRequest> =
    &v1::IntelIndicatorService::Stub::ListIntelIndicators;
template <>
inline constexpr auto kMethod<v1::GetIntelIndicatorRequest> =
    &v1::IntelIndicatorService::Stub::GetIntelIndicator;
template <>
inline constexpr auto kMethod<v1::BatchGetIntelIndicatorsRequest> =
    &v1::IntelIndicatorService::Stub::BatchGetIntelIndicators;
template <>
inline constexpr auto kMethod<v1::ExportIntelIndicatorsRequest> =
    &v1::IntelIndicatorService::Stub::ExportIntelIndicators;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_INTEL_INDICATORS_H_

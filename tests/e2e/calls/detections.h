// The methods of DetectionService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_DETECTIONS_H_
#define FALCON_TESTS_E2E_CALLS_DETECTIONS_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListDetectionsRequest> =
    &v1::DetectionService::Stub::ListDetections;
template <>
inline constexpr auto kMethod<v1::GetDetectionRequest> = &v1::DetectionService::Stub::GetDetection;
template <>
inline constexpr auto kMethod<v1::BatchGetDetectionsRequest> =
    &v1::DetectionService::Stub::BatchGetDetections;
template <>
inline constexpr auto kMethod<v1::ExportDetectionsRequest> =
    &v1::DetectionService::Stub::ExportDetections;
template <>
inline constexpr auto kMethod<v1::AggregateDetectionsRequest> =
    &v1::DetectionService::Stub::AggregateDetections;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_DETECTIONS_H_

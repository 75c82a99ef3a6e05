// The methods of IncidentService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_INCIDENTS_H_
#define FALCON_TESTS_E2E_CALLS_INCIDENTS_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListIncidentsRequest> = &v1::IncidentService::Stub::ListIncidents;
template <>
inline constexpr auto kMethod<v1::GetIncidentRequest> = &v1::IncidentService::Stub::GetIncident;
template <>
inline constexpr auto kMethod<v1::BatchGetIncidentsRequest> =
    &v1::IncidentService::Stub::BatchGetIncidents;
template <>
inline constexpr auto kMethod<v1::ExportIncidentsRequest> =
    &v1::IncidentService::Stub::ExportIncidents;
template <>
inline constexpr auto kMethod<v1::GetIncidentAttachmentsRequest> =
    &v1::IncidentService::Stub::GetIncidentAttachments;
template <>
inline constexpr auto kMethod<v1::BatchGetIncidentAttachmentsRequest> =
    &v1::IncidentService::Stub::BatchGetIncidentAttachments;
template <>
inline constexpr auto kMethod<v1::BatchGetSlasRequest> = &v1::IncidentService::Stub::BatchGetSlas;
template <>
inline constexpr auto kMethod<v1::BatchGetCaseTemplatesRequest> =
    &v1::IncidentService::Stub::BatchGetCaseTemplates;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_INCIDENTS_H_

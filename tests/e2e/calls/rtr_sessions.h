// The methods of RtrSessionService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_RTR_SESSIONS_H_
#define FALCON_TESTS_E2E_CALLS_RTR_SESSIONS_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/rtr_sessions.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListRtrSessionsRequest> =
    &v1::RtrSessionService::Stub::ListRtrSessions;
template <>
inline constexpr auto kMethod<v1::GetRtrSessionRequest> =
    &v1::RtrSessionService::Stub::GetRtrSession;
template <>
inline constexpr auto kMethod<v1::BatchGetRtrSessionsRequest> =
    &v1::RtrSessionService::Stub::BatchGetRtrSessions;
template <>
inline constexpr auto kMethod<v1::ExportRtrSessionsRequest> =
    &v1::RtrSessionService::Stub::ExportRtrSessions;
template <>
inline constexpr auto kMethod<v1::AggregateRtrSessionsRequest> =
    &v1::RtrSessionService::Stub::AggregateRtrSessions;
template <>
inline constexpr auto kMethod<v1::BatchGetQueuedRtrSessionsRequest> =
    &v1::RtrSessionService::Stub::BatchGetQueuedRtrSessions;
template <>
inline constexpr auto kMethod<v1::ListRtrAuditSessionsRequest> =
    &v1::RtrSessionService::Stub::ListRtrAuditSessions;
template <>
inline constexpr auto kMethod<v1::ExportRtrAuditSessionsRequest> =
    &v1::RtrSessionService::Stub::ExportRtrAuditSessions;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_RTR_SESSIONS_H_

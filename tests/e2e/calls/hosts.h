// The methods of HostService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_HOSTS_H_
#define FALCON_TESTS_E2E_CALLS_HOSTS_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListHostsRequest> = &v1::HostService::Stub::ListHosts;
template <>
inline constexpr auto kMethod<v1::GetHostRequest> = &v1::HostService::Stub::GetHost;
template <>
inline constexpr auto kMethod<v1::BatchGetHostsRequest> = &v1::HostService::Stub::BatchGetHosts;
template <>
inline constexpr auto kMethod<v1::ExportHostsRequest> = &v1::HostService::Stub::ExportHosts;
template <>
inline constexpr auto kMethod<v1::AggregateHostsRequest> = &v1::HostService::Stub::AggregateHosts;
template <>
inline constexpr auto kMethod<v1::BatchGetLoginHistoryRequest> =
    &v1::HostService::Stub::BatchGetLoginHistory;
template <>
inline constexpr auto kMethod<v1::BatchGetNetworkAddressHistoryRequest> =
    &v1::HostService::Stub::BatchGetNetworkAddressHistory;
template <>
inline constexpr auto kMethod<v1::BatchGetOnlineStateRequest> =
    &v1::HostService::Stub::BatchGetOnlineState;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_HOSTS_H_

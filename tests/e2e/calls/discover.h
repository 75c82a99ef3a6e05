// The methods of DiscoverService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_DISCOVER_H_
#define FALCON_TESTS_E2E_CALLS_DISCOVER_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/discover.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListDiscoveredHostsRequest> =
    &v1::DiscoverService::Stub::ListDiscoveredHosts;
template <>
inline constexpr auto kMethod<v1::GetDiscoveredHostRequest> =
    &v1::DiscoverService::Stub::GetDiscoveredHost;
template <>
inline constexpr auto kMethod<v1::BatchGetDiscoveredHostsRequest> =
    &v1::DiscoverService::Stub::BatchGetDiscoveredHosts;
template <>
inline constexpr auto kMethod<v1::ExportDiscoveredHostsRequest> =
    &v1::DiscoverService::Stub::ExportDiscoveredHosts;
template <>
inline constexpr auto kMethod<v1::ListDiscoveredApplicationsRequest> =
    &v1::DiscoverService::Stub::ListDiscoveredApplications;
template <>
inline constexpr auto kMethod<v1::GetDiscoveredApplicationRequest> =
    &v1::DiscoverService::Stub::GetDiscoveredApplication;
template <>
inline constexpr auto kMethod<v1::BatchGetDiscoveredApplicationsRequest> =
    &v1::DiscoverService::Stub::BatchGetDiscoveredApplications;
template <>
inline constexpr auto kMethod<v1::ExportDiscoveredApplicationsRequest> =
    &v1::DiscoverService::Stub::ExportDiscoveredApplications;
template <>
inline constexpr auto kMethod<v1::ListDiscoveredAccountsRequest> =
    &v1::DiscoverService::Stub::ListDiscoveredAccounts;
template <>
inline constexpr auto kMethod<v1::GetDiscoveredAccountRequest> =
    &v1::DiscoverService::Stub::GetDiscoveredAccount;
template <>
inline constexpr auto kMethod<v1::BatchGetDiscoveredAccountsRequest> =
    &v1::DiscoverService::Stub::BatchGetDiscoveredAccounts;
template <>
inline constexpr auto kMethod<v1::ExportDiscoveredAccountsRequest> =
    &v1::DiscoverService::Stub::ExportDiscoveredAccounts;
template <>
inline constexpr auto kMethod<v1::ListDiscoveredLoginsRequest> =
    &v1::DiscoverService::Stub::ListDiscoveredLogins;
template <>
inline constexpr auto kMethod<v1::GetDiscoveredLoginRequest> =
    &v1::DiscoverService::Stub::GetDiscoveredLogin;
template <>
inline constexpr auto kMethod<v1::BatchGetDiscoveredLoginsRequest> =
    &v1::DiscoverService::Stub::BatchGetDiscoveredLogins;
template <>
inline constexpr auto kMethod<v1::ExportDiscoveredLoginsRequest> =
    &v1::DiscoverService::Stub::ExportDiscoveredLogins;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_DISCOVER_H_

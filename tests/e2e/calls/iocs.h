// The methods of IocService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_IOCS_H_
#define FALCON_TESTS_E2E_CALLS_IOCS_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/iocs.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::ListIocsRequest> = &v1::IocService::Stub::ListIocs;
template <>
inline constexpr auto kMethod<v1::GetIocRequest> = &v1::IocService::Stub::GetIoc;
template <>
inline constexpr auto kMethod<v1::BatchGetIocsRequest> = &v1::IocService::Stub::BatchGetIocs;
template <>
inline constexpr auto kMethod<v1::ExportIocsRequest> = &v1::IocService::Stub::ExportIocs;
template <>
inline constexpr auto kMethod<v1::AggregateIocsRequest> = &v1::IocService::Stub::AggregateIocs;
template <>
inline constexpr auto kMethod<v1::GetIocDeviceCountRequest> =
    &v1::IocService::Stub::GetIocDeviceCount;
template <>
inline constexpr auto kMethod<v1::ListIocDevicesRequest> = &v1::IocService::Stub::ListIocDevices;
template <>
inline constexpr auto kMethod<v1::ListIocProcessesRequest> =
    &v1::IocService::Stub::ListIocProcesses;
template <>
inline constexpr auto kMethod<v1::BatchGetProcessesRequest> =
    &v1::IocService::Stub::BatchGetProcesses;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_IOCS_H_

// The methods of GatewayService by their requests.
#ifndef FALCON_TESTS_E2E_CALLS_GATEWAY_H_
#define FALCON_TESTS_E2E_CALLS_GATEWAY_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "tests/e2e/calls.h"

namespace falcon::e2e {

template <>
inline constexpr auto kMethod<v1::GetStatusRequest> = &v1::GatewayService::Stub::GetStatus;
template <>
inline constexpr auto kMethod<v1::CheckAccessRequest> = &v1::GatewayService::Stub::CheckAccess;

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_CALLS_GATEWAY_H_

// The table. A new line here is a new way to Falcon: only reads may stand in it.
#include "falcon/operation.h"

#include <algorithm>
#include <array>

namespace falcon {
namespace operation {

using wire::Method;

constexpr std::string_view kAlertsRead = "Alerts:read";
constexpr std::string_view kHostsRead = "Hosts:read";

const Operation kPostCombinedAlerts = {
    .id = "PostCombinedAlertsV1",
    .method = Method::kPost,
    .path = "/alerts/combined/alerts/v1",
    .scope = kAlertsRead,
    .paging = Paging::kAfter,
    .max_limit = 1000,
};
const Operation kGetQueriesAlerts = {
    .id = "GetQueriesAlertsV2",
    .method = Method::kGet,
    .path = "/alerts/queries/alerts/v2",
    .scope = kAlertsRead,
    .paging = Paging::kOffset,
    .max_limit = 10'000,
    .max_window = 10'000,
};
const Operation kPostEntitiesAlerts = {
    .id = "PostEntitiesAlertsV2",
    .method = Method::kPost,
    .path = "/alerts/entities/alerts/v2",
    .scope = kAlertsRead,
    .max_ids = 1000,
    .ids_key = "composite_ids",
};
const Operation kPostAggregatesAlerts = {
    .id = "PostAggregatesAlertsV2",
    .method = Method::kPost,
    .path = "/alerts/aggregates/alerts/v2",
    .scope = kAlertsRead,
};
const Operation kCombinedDevices = {
    .id = "CombinedDevicesByFilter",
    .method = Method::kGet,
    .path = "/devices/combined/devices/v1",
    .scope = kHostsRead,
    .paging = Paging::kNext,
    .max_limit = 10'000,
    .takes_fields = true,
};
const Operation kQueryDevices = {
    .id = "QueryDevicesByFilter",
    .method = Method::kGet,
    .path = "/devices/queries/devices/v1",
    .scope = kHostsRead,
    .paging = Paging::kOffset,
    .max_limit = 5000,
    .max_window = 10'000,
};
const Operation kPostDeviceDetails = {
    .id = "PostDeviceDetailsV2",
    .method = Method::kPost,
    .path = "/devices/entities/devices/v2",
    .scope = kHostsRead,
    .max_ids = 5000,
    .ids_key = "ids",
};
const Operation kOnlineState = {
    .id = "GetOnlineState_V1",
    .method = Method::kGet,
    .path = "/devices/entities/online-state/v1",
    .scope = kHostsRead,
    .max_ids = 100,
    .ids_key = "ids",
};
// `limit`, `from` and `to` stand in its query although it is a POST.
const Operation kLoginHistory = {
    .id = "QueryDeviceLoginHistoryV2",
    .method = Method::kPost,
    .path = "/devices/combined/devices/login-history/v2",
    .scope = kHostsRead,
    .max_limit = 100,
    .max_ids = 10,
    .ids_key = "ids",
};
const Operation kNetworkAddressHistory = {
    .id = "QueryGetNetworkAddressHistoryV1",
    .method = Method::kPost,
    .path = "/devices/combined/devices/network-address-history/v1",
    .scope = kHostsRead,
    .max_ids = 500,
    .ids_key = "ids",
};

}  // namespace operation

namespace {

constexpr std::array<const Operation*, 10> kAll = {
    &operation::kPostCombinedAlerts, &operation::kGetQueriesAlerts,
    &operation::kPostEntitiesAlerts, &operation::kPostAggregatesAlerts,
    &operation::kCombinedDevices,    &operation::kQueryDevices,
    &operation::kPostDeviceDetails,  &operation::kOnlineState,
    &operation::kLoginHistory,       &operation::kNetworkAddressHistory,
};

}  // namespace

std::span<const Operation* const> Operations() { return kAll; }

const Operation* FindOperation(std::string_view id) {
  const auto found =
      std::find_if(kAll.begin(), kAll.end(), [id](const Operation* one) { return one->id == id; });
  return found == kAll.end() ? nullptr : *found;
}

}  // namespace falcon

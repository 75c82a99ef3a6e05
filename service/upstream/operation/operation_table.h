// The operation table: the only place with verbs, paths and limits, and only reads. Included only
// where operations are named, for every new area changes it.
#ifndef FALCON_UPSTREAM_OPERATION_OPERATION_TABLE_H_
#define FALCON_UPSTREAM_OPERATION_OPERATION_TABLE_H_

#include <algorithm>
#include <string_view>

#include "upstream/operation/operation.h"

namespace falcon::upstream {

namespace operation_internal {

using http::Method;
using enum Paging;
constexpr Method kGet = Method::kGet;
constexpr Method kPost = Method::kPost;

// Scopes, as Falcon's console names them.
constexpr std::string_view kAlerts = "Alerts:read";
constexpr std::string_view kHosts = "Hosts:read";
constexpr std::string_view kIocManagement = "IOC Management:read";
constexpr std::string_view kIocs = "IOCs (Indicators of Compromise):read";
constexpr std::string_view kIntel = "Indicators (Falcon Intelligence):read";
constexpr std::string_view kVulnerabilities = "Vulnerabilities:read";
constexpr std::string_view kCases = "Cases:read";
constexpr std::string_view kCaseTemplates = "Case Templates:read";
constexpr std::string_view kRtr = "Real time response:read";
constexpr std::string_view kRtrAudit = "Real time response (audit):read";
constexpr std::string_view kAssets = "Assets (formerly Falcon Discover):read";

using Text = std::string_view;

constexpr Operation Single(Text id, Method method, Text path, Text scope) {
  return {.id = id, .method = method, .path = path, .scope = scope};
}
constexpr Operation Pages(Text id, Method method, Text path, Text scope, Paging paging,
                          int max_limit, int max_window = 0) {
  Operation operation = Single(id, method, path, scope);
  operation.paging = paging;
  operation.max_limit = max_limit;
  operation.max_window = max_window;
  return operation;
}
constexpr Operation ById(Text id, Method method, Text path, Text scope, int max_ids,
                         Text ids_key = "ids") {
  Operation operation = Single(id, method, path, scope);
  operation.max_ids = max_ids;
  operation.ids_key = ids_key;
  return operation;
}
constexpr Operation WithFields(Operation operation) {
  operation.takes_fields = true;
  return operation;
}
constexpr Operation ListBody(Operation operation) {
  operation.body_is_list = true;
  return operation;
}
constexpr Operation WithLimit(Operation operation, int max_limit) {
  operation.max_limit = max_limit;
  return operation;
}
constexpr Operation Counting(Text key, Operation operation) {
  operation.aggregate_key = key;
  return operation;
}

// A new line here is a new way to Falcon: only reads may stand in it. Limits are those of the
// specification or, where it states none, what Falcon's own clients keep to.
inline constexpr Operation kTable[] = {
    // Detections (Alerts API).
    Pages("PostCombinedAlertsV1", kPost, "/alerts/combined/alerts/v1", kAlerts, kAfter, 1000),
    Pages("GetQueriesAlertsV2", kGet, "/alerts/queries/alerts/v2", kAlerts, kOffset, 10'000,
          10'000),
    ById("PostEntitiesAlertsV2", kPost, "/alerts/entities/alerts/v2", kAlerts, 1000,
         "composite_ids"),
    ListBody(Single("PostAggregatesAlertsV2", kPost, "/alerts/aggregates/alerts/v2", kAlerts)),

    // Hosts (Devices API).
    WithFields(Pages("CombinedDevicesByFilter", kGet, "/devices/combined/devices/v1", kHosts, kNext,
                     10'000)),
    Pages("QueryDevicesByFilter", kGet, "/devices/queries/devices/v1", kHosts, kOffset, 5000,
          10'000),
    ById("PostDeviceDetailsV2", kPost, "/devices/entities/devices/v2", kHosts, 5000),
    ById("GetOnlineState_V1", kGet, "/devices/entities/online-state/v1", kHosts, 100),
    // `limit`, `from` and `to` stand in its query although it is a POST.
    WithLimit(ById("QueryDeviceLoginHistoryV2", kPost, "/devices/combined/devices/login-history/v2",
                   kHosts, 10),
              100),
    ById("QueryGetNetworkAddressHistoryV1", kPost,
         "/devices/combined/devices/network-address-history/v1", kHosts, 500),

    // IOCs (IOC Management, and the older Indicators API).
    Pages("indicator_combined_v1", kGet, "/iocs/combined/indicator/v1", kIocManagement, kAfter,
          2000),
    ById("indicator_get_v1", kGet, "/iocs/entities/indicators/v1", kIocManagement, 200),
    Single("indicator_aggregate_v1", kPost, "/iocs/aggregates/indicators/v1", kIocManagement),
    Counting("device_count", Single("indicator_get_device_count_v1", kGet,
                                    "/iocs/aggregates/indicators/device-count/v1", kIocManagement)),
    Pages("indicator_get_devices_ran_on_v1", kGet, "/iocs/queries/indicators/devices/v1",
          kIocManagement, kOffset, 100),
    Pages("indicator_get_processes_ran_on_v1", kGet, "/iocs/queries/indicators/processes/v1",
          kIocManagement, kOffset, 100),
    ById("entities_processes", kGet, "/processes/entities/processes/v1", kIocs, 100),

    // Intel indicators (Falcon Intelligence).
    Pages("QueryIntelIndicatorEntities", kGet, "/intel/combined/indicators/v1", kIntel, kNextPage,
          10'000),
    ById("GetIntelIndicatorEntities", kPost, "/intel/entities/indicators/GET/v1", kIntel, 1000),

    // Vulnerabilities (Spotlight).
    Pages("combinedQueryVulnerabilities", kGet, "/spotlight/combined/vulnerabilities/v1",
          kVulnerabilities, kAfter, 5000),
    ById("getVulnerabilities", kGet, "/spotlight/entities/vulnerabilities/v2", kVulnerabilities,
         400),
    ById("getRemediationsV2", kGet, "/spotlight/entities/remediations/v2", kVulnerabilities, 400),
    ById("getEvaluationLogic", kGet, "/spotlight/entities/evaluation-logic/v1", kVulnerabilities,
         400),

    // Incidents (Cases API).
    Pages("queries_cases_get_v1", kGet, "/cases/queries/cases/v1", kCases, kOffset, 500, 10'000),
    ById("entities_cases_post_v2", kPost, "/cases/entities/cases/v2", kCases, 500),
    Pages("combined_file_details_get_v1", kGet, "/case-files/combined/file-details/v1", kCases,
          kOffset, 10),
    ById("entities_file_details_get_v1", kGet, "/case-files/entities/file-details/v1", kCases, 100),
    ById("entities_slas_get_v1", kGet, "/casemgmt/entities/slas/v1", kCaseTemplates, 100),
    ById("entities_templates_get_v1", kGet, "/casemgmt/entities/templates/v1", kCaseTemplates, 100),

    // RTR sessions (Real Time Response).
    Pages("RTR_ListAllSessions", kGet, "/real-time-response/queries/sessions/v1", kRtr, kOffset,
          1000),
    ById("RTR_ListSessions", kPost, "/real-time-response/entities/sessions/GET/v1", kRtr, 1000),
    ById("RTR_ListQueuedSessions", kPost, "/real-time-response/entities/queued-sessions/GET/v1",
         kRtr, 1000),
    ListBody(Single("RTR_AggregateSessions", kPost,
                    "/real-time-response/aggregates/sessions/GET/v1", kRtr)),
    Pages("RTRAuditSessions", kGet, "/real-time-response-audit/combined/sessions/v1", kRtrAudit,
          kOffset, 1000),

    // Discover (Assets).
    Pages("combined_hosts", kGet, "/discover/combined/hosts/v1", kAssets, kAfter, 1000),
    ById("get_hosts", kGet, "/discover/entities/hosts/v1", kAssets, 100),
    Pages("combined_applications", kGet, "/discover/combined/applications/v1", kAssets, kAfter,
          1000),
    ById("get_applications", kGet, "/discover/entities/applications/v1", kAssets, 100),
    Pages("query_accounts", kGet, "/discover/queries/accounts/v1", kAssets, kOffset, 100, 10'000),
    ById("get_accounts", kGet, "/discover/entities/accounts/v1", kAssets, 100),
    Pages("query_logins", kGet, "/discover/queries/logins/v1", kAssets, kOffset, 100, 10'000),
    ById("get_logins", kGet, "/discover/entities/logins/v1", kAssets, 100),
};

consteval const Operation& Named(std::string_view id) {
  return *std::ranges::find(kTable, id, &Operation::id);
}

}  // namespace operation_internal

namespace operation {
// By Falcon's id; one that the table lacks does not compile.
using operation_internal::Named;

// Detections (Alerts API).
inline constexpr const Operation& kPostCombinedAlerts = Named("PostCombinedAlertsV1");
inline constexpr const Operation& kGetQueriesAlerts = Named("GetQueriesAlertsV2");
inline constexpr const Operation& kPostEntitiesAlerts = Named("PostEntitiesAlertsV2");
inline constexpr const Operation& kPostAggregatesAlerts = Named("PostAggregatesAlertsV2");
// Hosts (Devices API).
inline constexpr const Operation& kCombinedDevices = Named("CombinedDevicesByFilter");
inline constexpr const Operation& kQueryDevices = Named("QueryDevicesByFilter");
inline constexpr const Operation& kPostDeviceDetails = Named("PostDeviceDetailsV2");
inline constexpr const Operation& kOnlineState = Named("GetOnlineState_V1");
inline constexpr const Operation& kLoginHistory = Named("QueryDeviceLoginHistoryV2");
inline constexpr const Operation& kNetworkAddressHistory = Named("QueryGetNetworkAddressHistoryV1");
// IOCs (IOC Management, and the older Indicators API).
inline constexpr const Operation& kCombinedIocs = Named("indicator_combined_v1");
inline constexpr const Operation& kGetIocs = Named("indicator_get_v1");
inline constexpr const Operation& kAggregateIocs = Named("indicator_aggregate_v1");
inline constexpr const Operation& kIocDeviceCount = Named("indicator_get_device_count_v1");
inline constexpr const Operation& kIocDevices = Named("indicator_get_devices_ran_on_v1");
inline constexpr const Operation& kIocProcesses = Named("indicator_get_processes_ran_on_v1");
inline constexpr const Operation& kGetProcesses = Named("entities_processes");
// Vulnerabilities (Spotlight).
inline constexpr const Operation& kCombinedVulnerabilities = Named("combinedQueryVulnerabilities");
inline constexpr const Operation& kGetVulnerabilities = Named("getVulnerabilities");
inline constexpr const Operation& kGetRemediations = Named("getRemediationsV2");
inline constexpr const Operation& kGetEvaluationLogic = Named("getEvaluationLogic");
// Incidents (Cases API).
inline constexpr const Operation& kQueryCases = Named("queries_cases_get_v1");
inline constexpr const Operation& kGetCases = Named("entities_cases_post_v2");
inline constexpr const Operation& kCombinedFileDetails = Named("combined_file_details_get_v1");
inline constexpr const Operation& kGetFileDetails = Named("entities_file_details_get_v1");
inline constexpr const Operation& kGetSlas = Named("entities_slas_get_v1");
inline constexpr const Operation& kGetCaseTemplates = Named("entities_templates_get_v1");
// RTR sessions (Real Time Response).
inline constexpr const Operation& kQueryRtrSessions = Named("RTR_ListAllSessions");
inline constexpr const Operation& kGetRtrSessions = Named("RTR_ListSessions");
inline constexpr const Operation& kGetQueuedRtrSessions = Named("RTR_ListQueuedSessions");
inline constexpr const Operation& kAggregateRtrSessions = Named("RTR_AggregateSessions");
inline constexpr const Operation& kAuditRtrSessions = Named("RTRAuditSessions");
// Discover (Assets).
inline constexpr const Operation& kCombinedDiscoveredHosts = Named("combined_hosts");
inline constexpr const Operation& kGetDiscoveredHosts = Named("get_hosts");
inline constexpr const Operation& kCombinedApplications = Named("combined_applications");
inline constexpr const Operation& kGetApplications = Named("get_applications");
inline constexpr const Operation& kQueryAccounts = Named("query_accounts");
inline constexpr const Operation& kGetAccounts = Named("get_accounts");
inline constexpr const Operation& kQueryLogins = Named("query_logins");
inline constexpr const Operation& kGetLogins = Named("get_logins");
}  // namespace operation

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_OPERATION_OPERATION_TABLE_H_

// The table. A new line here is a new way to Falcon: only reads may stand in it. Limits are those
// of the specification or, where it states none, what Falcon's own clients keep to.
#include "upstream/operation/operation.h"

#include <algorithm>
#include <array>

namespace falcon::upstream {
namespace operation {

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

const Operation kPostCombinedAlerts =
    Pages("PostCombinedAlertsV1", kPost, "/alerts/combined/alerts/v1", kAlerts, kAfter, 1000);
const Operation kGetQueriesAlerts = Pages("GetQueriesAlertsV2", kGet, "/alerts/queries/alerts/v2",
                                          kAlerts, kOffset, 10'000, 10'000);
const Operation kPostEntitiesAlerts = ById(
    "PostEntitiesAlertsV2", kPost, "/alerts/entities/alerts/v2", kAlerts, 1000, "composite_ids");
const Operation kPostAggregatesAlerts =
    ListBody(Single("PostAggregatesAlertsV2", kPost, "/alerts/aggregates/alerts/v2", kAlerts));
const Operation kCombinedDevices = WithFields(
    Pages("CombinedDevicesByFilter", kGet, "/devices/combined/devices/v1", kHosts, kNext, 10'000));
const Operation kQueryDevices = Pages("QueryDevicesByFilter", kGet, "/devices/queries/devices/v1",
                                      kHosts, kOffset, 5000, 10'000);
const Operation kPostDeviceDetails =
    ById("PostDeviceDetailsV2", kPost, "/devices/entities/devices/v2", kHosts, 5000);
const Operation kOnlineState =
    ById("GetOnlineState_V1", kGet, "/devices/entities/online-state/v1", kHosts, 100);
// `limit`, `from` and `to` stand in its query although it is a POST.
const Operation kLoginHistory =
    WithLimit(ById("QueryDeviceLoginHistoryV2", kPost, "/devices/combined/devices/login-history/v2",
                   kHosts, 10),
              100);
const Operation kNetworkAddressHistory =
    ById("QueryGetNetworkAddressHistoryV1", kPost,
         "/devices/combined/devices/network-address-history/v1", kHosts, 500);

const Operation kCombinedIocs = Pages("indicator_combined_v1", kGet, "/iocs/combined/indicator/v1",
                                      kIocManagement, kAfter, 2000);
const Operation kGetIocs =
    ById("indicator_get_v1", kGet, "/iocs/entities/indicators/v1", kIocManagement, 200);
const Operation kAggregateIocs =
    Single("indicator_aggregate_v1", kPost, "/iocs/aggregates/indicators/v1", kIocManagement);
const Operation kIocDeviceCount =
    Counting("device_count", Single("indicator_get_device_count_v1", kGet,
                                    "/iocs/aggregates/indicators/device-count/v1", kIocManagement));
const Operation kIocDevices =
    Pages("indicator_get_devices_ran_on_v1", kGet, "/iocs/queries/indicators/devices/v1",
          kIocManagement, kOffset, 100);
const Operation kIocProcesses =
    Pages("indicator_get_processes_ran_on_v1", kGet, "/iocs/queries/indicators/processes/v1",
          kIocManagement, kOffset, 100);
const Operation kGetProcesses =
    ById("entities_processes", kGet, "/processes/entities/processes/v1", kIocs, 100);

const Operation kCombinedIntelIndicators =
    Pages("QueryIntelIndicatorEntities", kGet, "/intel/combined/indicators/v1", kIntel, kNextPage,
          10'000);
const Operation kGetIntelIndicators =
    ById("GetIntelIndicatorEntities", kPost, "/intel/entities/indicators/GET/v1", kIntel, 1000);

const Operation kCombinedVulnerabilities =
    Pages("combinedQueryVulnerabilities", kGet, "/spotlight/combined/vulnerabilities/v1",
          kVulnerabilities, kAfter, 5000);
const Operation kGetVulnerabilities = ById(
    "getVulnerabilities", kGet, "/spotlight/entities/vulnerabilities/v2", kVulnerabilities, 400);
const Operation kGetRemediations =
    ById("getRemediationsV2", kGet, "/spotlight/entities/remediations/v2", kVulnerabilities, 400);
const Operation kGetEvaluationLogic = ById(
    "getEvaluationLogic", kGet, "/spotlight/entities/evaluation-logic/v1", kVulnerabilities, 400);

const Operation kQueryCases =
    Pages("queries_cases_get_v1", kGet, "/cases/queries/cases/v1", kCases, kOffset, 500, 10'000);
const Operation kGetCases =
    ById("entities_cases_post_v2", kPost, "/cases/entities/cases/v2", kCases, 500);
const Operation kCombinedFileDetails =
    Pages("combined_file_details_get_v1", kGet, "/case-files/combined/file-details/v1", kCases,
          kOffset, 10);
const Operation kGetFileDetails =
    ById("entities_file_details_get_v1", kGet, "/case-files/entities/file-details/v1", kCases, 100);
const Operation kGetSlas =
    ById("entities_slas_get_v1", kGet, "/casemgmt/entities/slas/v1", kCaseTemplates, 100);
const Operation kGetCaseTemplates =
    ById("entities_templates_get_v1", kGet, "/casemgmt/entities/templates/v1", kCaseTemplates, 100);

const Operation kQueryRtrSessions = Pages(
    "RTR_ListAllSessions", kGet, "/real-time-response/queries/sessions/v1", kRtr, kOffset, 1000);
const Operation kGetRtrSessions =
    ById("RTR_ListSessions", kPost, "/real-time-response/entities/sessions/GET/v1", kRtr, 1000);
const Operation kGetQueuedRtrSessions =
    ById("RTR_ListQueuedSessions", kPost, "/real-time-response/entities/queued-sessions/GET/v1",
         kRtr, 1000);
const Operation kAggregateRtrSessions = ListBody(
    Single("RTR_AggregateSessions", kPost, "/real-time-response/aggregates/sessions/GET/v1", kRtr));
const Operation kAuditRtrSessions =
    Pages("RTRAuditSessions", kGet, "/real-time-response-audit/combined/sessions/v1", kRtrAudit,
          kOffset, 1000);

const Operation kCombinedDiscoveredHosts =
    Pages("combined_hosts", kGet, "/discover/combined/hosts/v1", kAssets, kAfter, 1000);
const Operation kGetDiscoveredHosts =
    ById("get_hosts", kGet, "/discover/entities/hosts/v1", kAssets, 100);
const Operation kCombinedApplications = Pages(
    "combined_applications", kGet, "/discover/combined/applications/v1", kAssets, kAfter, 1000);
const Operation kGetApplications =
    ById("get_applications", kGet, "/discover/entities/applications/v1", kAssets, 100);
const Operation kQueryAccounts =
    Pages("query_accounts", kGet, "/discover/queries/accounts/v1", kAssets, kOffset, 100, 10'000);
const Operation kGetAccounts =
    ById("get_accounts", kGet, "/discover/entities/accounts/v1", kAssets, 100);
const Operation kQueryLogins =
    Pages("query_logins", kGet, "/discover/queries/logins/v1", kAssets, kOffset, 100, 10'000);
const Operation kGetLogins = ById("get_logins", kGet, "/discover/entities/logins/v1", kAssets, 100);

}  // namespace operation

namespace {

constexpr std::array<const Operation*, 42> kAll = {
    &operation::kPostCombinedAlerts,
    &operation::kGetQueriesAlerts,
    &operation::kPostEntitiesAlerts,
    &operation::kPostAggregatesAlerts,
    &operation::kCombinedDevices,
    &operation::kQueryDevices,
    &operation::kPostDeviceDetails,
    &operation::kOnlineState,
    &operation::kLoginHistory,
    &operation::kNetworkAddressHistory,
    &operation::kCombinedIocs,
    &operation::kGetIocs,
    &operation::kAggregateIocs,
    &operation::kIocDeviceCount,
    &operation::kIocDevices,
    &operation::kIocProcesses,
    &operation::kGetProcesses,
    &operation::kCombinedIntelIndicators,
    &operation::kGetIntelIndicators,
    &operation::kCombinedVulnerabilities,
    &operation::kGetVulnerabilities,
    &operation::kGetRemediations,
    &operation::kGetEvaluationLogic,
    &operation::kQueryCases,
    &operation::kGetCases,
    &operation::kCombinedFileDetails,
    &operation::kGetFileDetails,
    &operation::kGetSlas,
    &operation::kGetCaseTemplates,
    &operation::kQueryRtrSessions,
    &operation::kGetRtrSessions,
    &operation::kGetQueuedRtrSessions,
    &operation::kAggregateRtrSessions,
    &operation::kAuditRtrSessions,
    &operation::kCombinedDiscoveredHosts,
    &operation::kGetDiscoveredHosts,
    &operation::kCombinedApplications,
    &operation::kGetApplications,
    &operation::kQueryAccounts,
    &operation::kGetAccounts,
    &operation::kQueryLogins,
    &operation::kGetLogins,
};

}  // namespace

Answers AnswersOf(const Operation& operation) {
  const auto says = [&](std::string_view kind) {
    return operation.path.find(kind) != std::string_view::npos;
  };
  if (says("/queries/")) return Answers::kIds;
  return says("/aggregates/") ? Answers::kAggregates : Answers::kRecords;
}

std::string_view AreaOf(const Operation& operation) {
  const std::string_view path = operation.path.substr(1);
  return path.substr(0, path.find('/'));
}

std::span<const Operation* const> Operations() { return kAll; }

const Operation* FindOperation(std::string_view id) {
  const auto found =
      std::find_if(kAll.begin(), kAll.end(), [id](const Operation* one) { return one->id == id; });
  return found == kAll.end() ? nullptr : *found;
}

}  // namespace falcon::upstream

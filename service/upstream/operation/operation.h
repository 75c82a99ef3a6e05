// The operation table: the only place with verbs, paths and limits, and only reads. Everything that
// goes to Falcon with a token is an operation of it, never a free path.
#ifndef FALCON_UPSTREAM_OPERATION_OPERATION_H_
#define FALCON_UPSTREAM_OPERATION_OPERATION_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "http/http_transport.h"

namespace falcon::upstream {

// How an answer leads to its next page.
enum class Paging {
  kNone,
  kOffset,    // number `offset`, offset + limit <= window
  kAfter,     // `meta.pagination.after`, sent back as `after`
  kNext,      // `meta.pagination.next`, sent back as `offset`
  kNextPage,  // header `Next-Page`: path and query of the next page
};

// One read of Falcon's. Facts from the public specification of its API.
struct Operation {
  std::string_view id;  // Falcon's operation id
  http::Method method;
  std::string_view path;
  std::string_view scope;  // as Falcon's console names it
  Paging paging = Paging::kNone;
  int max_limit = 0;              // rows a page; 0: takes no limit
  int max_window = 0;             // greatest offset + limit; 0: none
  int max_ids = 0;                // ids a call; 0: takes none
  std::string_view ids_key = {};  // name of the ids in the query (GET) or the JSON body (POST)
  bool takes_fields = false;      // `fields` in the query trims the records
  bool body_is_list = false;      // the JSON body is a list of requests, not one object
  std::string_view aggregate_key = "buckets";  // a member that each of its aggregates has
};

// What an operation's `resources` are.
enum class Answers { kRecords, kIds, kAggregates };

// By its path, in which Falcon says it: `queries` answer ids, `aggregates` aggregates.
Answers AnswersOf(const Operation& operation);

// The service of Falcon's that answers it, such as "alerts" or "spotlight": the first segment of the
// path. Services fail apart from each other.
std::string_view AreaOf(const Operation& operation);

namespace operation {
// Detections (Alerts API).
extern const Operation kPostCombinedAlerts;    // PostCombinedAlertsV1
extern const Operation kGetQueriesAlerts;      // GetQueriesAlertsV2
extern const Operation kPostEntitiesAlerts;    // PostEntitiesAlertsV2
extern const Operation kPostAggregatesAlerts;  // PostAggregatesAlertsV2
// Hosts (Devices API).
extern const Operation kCombinedDevices;        // CombinedDevicesByFilter
extern const Operation kQueryDevices;           // QueryDevicesByFilter
extern const Operation kPostDeviceDetails;      // PostDeviceDetailsV2
extern const Operation kOnlineState;            // GetOnlineState_V1
extern const Operation kLoginHistory;           // QueryDeviceLoginHistoryV2
extern const Operation kNetworkAddressHistory;  // QueryGetNetworkAddressHistoryV1
// IOCs (IOC Management, and the older Indicators API).
extern const Operation kCombinedIocs;    // indicator_combined_v1
extern const Operation kGetIocs;         // indicator_get_v1
extern const Operation kAggregateIocs;   // indicator_aggregate_v1
extern const Operation kIocDeviceCount;  // indicator_get_device_count_v1
extern const Operation kIocDevices;      // indicator_get_devices_ran_on_v1
extern const Operation kIocProcesses;    // indicator_get_processes_ran_on_v1
extern const Operation kGetProcesses;    // entities_processes
// Intel indicators (Falcon Intelligence).
extern const Operation kCombinedIntelIndicators;  // QueryIntelIndicatorEntities
extern const Operation kGetIntelIndicators;       // GetIntelIndicatorEntities
// Vulnerabilities (Spotlight).
extern const Operation kCombinedVulnerabilities;  // combinedQueryVulnerabilities
extern const Operation kGetVulnerabilities;       // getVulnerabilities
extern const Operation kGetRemediations;          // getRemediationsV2
extern const Operation kGetEvaluationLogic;       // getEvaluationLogic
// Incidents (Cases API).
extern const Operation kQueryCases;           // queries_cases_get_v1
extern const Operation kGetCases;             // entities_cases_post_v2
extern const Operation kCombinedFileDetails;  // combined_file_details_get_v1
extern const Operation kGetFileDetails;       // entities_file_details_get_v1
extern const Operation kGetSlas;              // entities_slas_get_v1
extern const Operation kGetCaseTemplates;     // entities_templates_get_v1
// RTR sessions (Real Time Response).
extern const Operation kQueryRtrSessions;      // RTR_ListAllSessions
extern const Operation kGetRtrSessions;        // RTR_ListSessions
extern const Operation kGetQueuedRtrSessions;  // RTR_ListQueuedSessions
extern const Operation kAggregateRtrSessions;  // RTR_AggregateSessions
extern const Operation kAuditRtrSessions;      // RTRAuditSessions
// Discover (Assets).
extern const Operation kCombinedDiscoveredHosts;  // combined_hosts
extern const Operation kGetDiscoveredHosts;       // get_hosts
extern const Operation kCombinedApplications;     // combined_applications
extern const Operation kGetApplications;          // get_applications
extern const Operation kQueryAccounts;            // query_accounts
extern const Operation kGetAccounts;              // get_accounts
extern const Operation kQueryLogins;              // query_logins
extern const Operation kGetLogins;                // get_logins
}  // namespace operation

// All of them.
std::span<const Operation* const> Operations();
// By Falcon's id; null when it is not in the table.
const Operation* FindOperation(std::string_view id);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_OPERATION_OPERATION_H_

// A request for each method, for tests that are driven by the descriptors.
#ifndef FALCON_TESTS_SUPPORT_REQUESTS_H_
#define FALCON_TESTS_SUPPORT_REQUESTS_H_

#include <map>
#include <string>

namespace falcon {

// A request for each method; `{Host}` stands for the id of a record of that kind. A new RPC needs a
// line.
inline const std::map<std::string, std::string> kRequests = {
    {"AggregateDetections", "field: 'status'"},
    {"AggregateHosts", "field: 'platform_name'"},
    {"AggregateIocs", "field: 'type'"},
    {"AggregateRtrSessions", "field: 'origin'"},
    {"BatchGetDetections", "composite_ids: '{Detection}'"},
    {"BatchGetDiscoveredAccounts", "ids: '{DiscoveredAccount}'"},
    {"BatchGetDiscoveredApplications", "ids: '{DiscoveredApplication}'"},
    {"BatchGetDiscoveredHosts", "ids: '{DiscoveredHost}'"},
    {"BatchGetDiscoveredLogins", "ids: '{DiscoveredLogin}'"},
    {"BatchGetEvaluationLogic", "ids: '1'"},
    {"BatchGetHosts", "device_ids: '{Host}'"},
    {"BatchGetIncidentAttachments", "ids: 'a1'"},
    {"BatchGetIncidents", "ids: '{Incident}'"},
    {"BatchGetIntelIndicators", "ids: '{IntelIndicator}'"},
    {"BatchGetIocs", "ids: '{Ioc}'"},
    {"BatchGetLoginHistory", "device_ids: '{Host}'"},
    {"BatchGetNetworkAddressHistory", "device_ids: '{Host}'"},
    {"BatchGetOnlineState", "device_ids: '{Host}'"},
    {"BatchGetProcesses", "process_ids: 'pid:a:1'"},
    {"BatchGetQueuedRtrSessions", "ids: '{RtrSession}'"},
    {"BatchGetRemediations", "ids: 'r1'"},
    {"BatchGetReputations", "values: '203.0.113.42'"},
    {"BatchGetRtrSessions", "ids: '{RtrSession}'"},
    {"BatchGetSlas", "ids: 's1'"},
    {"BatchGetTemplates", "ids: 't1'"},
    {"BatchGetVulnerabilities", "ids: '{Vulnerability}'"},
    {"CheckAccess", ""},
    {"CheckIocs", "ids: '{Ioc}'"},
    {"ExportDetections", ""},
    {"ExportDiscoveredAccounts", ""},
    {"ExportDiscoveredApplications", ""},
    {"ExportDiscoveredHosts", ""},
    {"ExportDiscoveredLogins", ""},
    {"ExportHosts", ""},
    {"ExportIncidents", "read_mask { paths: '*' }"},
    {"ExportIntelIndicators", ""},
    {"ExportIocs", ""},
    {"ExportRtrAuditSessions", ""},
    {"ExportRtrSessions", ""},
    {"ExportVulnerabilities", ""},
    {"GetDetection", "composite_id: '{Detection}'"},
    {"GetDiscoveredAccount", "id: '{DiscoveredAccount}'"},
    {"GetDiscoveredApplication", "id: '{DiscoveredApplication}'"},
    {"GetDiscoveredHost", "id: '{DiscoveredHost}'"},
    {"GetDiscoveredLogin", "id: '{DiscoveredLogin}'"},
    {"GetHost", "device_id: '{Host}'"},
    {"GetIncident", "id: '{Incident}'"},
    {"GetIncidentAttachments", "id: '{Incident}'"},
    {"GetIntelIndicator", "id: '{IntelIndicator}'"},
    {"GetIoc", "id: '{Ioc}'"},
    {"GetIocDeviceCount", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"GetIocDevices", "type: IOC_TYPE_IPV4 value: '203.0.113.42'"},
    {"GetIocProcesses", "type: IOC_TYPE_IPV4 value: '203.0.113.42' device_id: '{Host}'"},
    {"GetRtrSession", "id: '{RtrSession}'"},
    {"GetStatus", ""},
    {"GetVulnerability", "id: '{Vulnerability}'"},
    {"ListDetections", "query: 'e'"},
    {"ListDiscoveredAccounts", ""},
    {"ListDiscoveredApplications", ""},
    {"ListDiscoveredHosts", ""},
    {"ListDiscoveredLogins", ""},
    {"ListHosts", ""},
    {"ListIncidents", ""},
    {"ListIntelIndicators", ""},
    {"ListIocs", ""},
    {"ListRtrAuditSessions", "read_mask { paths: '*' }"},
    {"ListRtrSessions", ""},
    {"ListVulnerabilities", ""},
};

}  // namespace falcon

#endif  // FALCON_TESTS_SUPPORT_REQUESTS_H_

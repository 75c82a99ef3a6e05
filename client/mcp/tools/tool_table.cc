// The table of tools: names, titles and sets over the gateway's methods.
#include <array>

#include "mcp/tools/tool_list.h"

namespace falcon::mcp {
namespace {

constexpr std::array<ToolFacts, 20> kTools = {{
    {"search_detections", "Search detections", "detections", "detections", "list",
     ToolKind::kSearch, ""},
    {"get_detection", "Get a detection", "detections", "detections", "get", ToolKind::kGet, ""},
    {"aggregate_detections", "Count detections", "detections", "detections", "aggregate",
     ToolKind::kAggregate, ""},
    {"search_hosts", "Search hosts", "hosts", "hosts", "list", ToolKind::kSearch,
     "Only hosts with a sensor."},
    {"get_host", "Get a host", "hosts", "hosts", "get", ToolKind::kGet, ""},
    {"search_iocs", "Search IOCs", "iocs", "iocs", "list", ToolKind::kSearch,
     "They are the customer's own."},
    {"get_ioc", "Get an IOC", "iocs", "iocs", "get", ToolKind::kGet, ""},
    {"get_ioc_devices", "Hosts of an indicator", "iocs", "iocs", "list-devices", ToolKind::kOther,
     "get_host tells more about each."},
    {"search_intel_indicators", "Search intel indicators", "iocs", "intel-indicators", "list",
     ToolKind::kSearch, "They are CrowdStrike's intelligence."},
    {"search_vulnerabilities", "Search vulnerabilities", "vulnerabilities", "vulnerabilities",
     "list", ToolKind::kSearch, ""},
    {"get_vulnerability", "Get a vulnerability", "vulnerabilities", "vulnerabilities", "get",
     ToolKind::kGet, ""},
    {"search_incidents", "Search incidents", "incidents", "incidents", "list", ToolKind::kSearch,
     ""},
    {"get_incident", "Get an incident", "incidents", "incidents", "get", ToolKind::kGet, ""},
    {"search_rtr_sessions", "Search RTR sessions", "rtr", "rtr-sessions", "list", ToolKind::kSearch,
     ""},
    {"get_rtr_session", "Get an RTR session", "rtr", "rtr-sessions", "get", ToolKind::kGet, ""},
    {"search_discovered_hosts", "Search discovered hosts", "discover", "discovered-hosts", "list",
     ToolKind::kSearch, "With a sensor, without one, or unfit for one."},
    {"get_discovered_host", "Get a discovered host", "discover", "discovered-hosts", "get",
     ToolKind::kGet, ""},
    {"search_discovered_applications", "Search discovered applications", "discover",
     "discovered-applications", "list", ToolKind::kSearch, ""},
    {"lookup_reputation", "Look up reputation", "reputation", "reputations", "batch-get",
     ToolKind::kOther, "VirusTotal sees the values."},
    {"check_access", "Check access", "gateway", "", "access", ToolKind::kOther, ""},
}};

}  // namespace

std::span<const ToolFacts> ToolTable() { return kTools; }

}  // namespace falcon::mcp

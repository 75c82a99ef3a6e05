// What reports about the whole environment hold, and in which order.
#ifndef FALCON_CLIENT_MCP_PROMPTS_REVIEW_OUTLINES_H_
#define FALCON_CLIENT_MCP_PROMPTS_REVIEW_OUTLINES_H_

#include <string_view>

namespace falcon::mcp {

inline constexpr std::string_view kThreatOutline = R"(Write the report now, in this order.

# Threat intelligence report
1. Key judgements: three to five sentences, each with how sure it is (high, moderate, low) and what
   it rests on.
2. What was seen here: tactics and techniques by count, the gravest detections, the hosts and
   accounts hit most.
3. Indicators: a table: indicator | kind | seen on (composite_id, hostname) | own IOC (id, action)
   | intelligence (id, confidence, family, actor, kill chain). Only values that the detections
   hold; what is unmatched stays in the table.
4. Actors and families: only those that intelligence ties to indicators seen here; how strong the
   tie is. An indicator that matches is no attribution of the intrusion by itself.
5. New intelligence that was not met here: a short list, and how to search for it.
6. Incidents that fit.
7. Measures: hunt, block, detect; each tied to an indicator or technique above.
8. Unknown: what was not looked up, was cut (lists show the newest only), or cannot be known from
   these data.
)";

inline constexpr std::string_view kVulnerabilityOutline =
    R"(Write the assessment now, in this order.

# Vulnerability assessment
1. Summary: how many open findings of each list below (`total`), the three to mend first, and why.
2. Mend first: a table by urgency: CVE | product | ExPRT rating | CVSS | exploit status (0 none, 30
   available, 60 easy, 90 in use) | in CISA's catalogue, due date | hosts (hostname, aid) | what
   mends it | id. In use and reachable from the internet or on a domain controller comes first,
   then CISA, then ExPRT critical, then CVSS.
3. By host: those with most grave findings, their role and criticality.
4. By product: what one update would close.
5. New in the period.
6. Plan: now, within a week, within a month, accepted; with an owner to be named for each. Where no
   fix exists: how to live with it.
7. Unknown: lists show the newest findings of `total` only; hosts without a sensor are not
   assessed; what was not looked up.
A finding is a host with a CVE: count CVEs and findings apart, and never add up lists that overlap.
)";

inline constexpr std::string_view kPostureOutline = R"(Write the review now, in this order.

# Security posture review
1. Verdict in three sentences, then a table: area | state (good, fair, poor, unknown) | figure it
   rests on | trend if known.
2. Coverage: hosts with a sensor by platform, assets without one, hosts silent for 30 days, reduced
   functionality, prevention policy not applied.
3. Detection and response: detections by severity and by state in the period, how many are
   untouched, incidents open and the gravest of them, containment in force.
4. Exposure: vulnerabilities that are exploited, systems that their maker no longer supports.
5. What fits together: a gap in coverage on a host that also has detections or exploited
   vulnerabilities comes first (ids).
6. Ten measures at most, by effect: what, on how many hosts, effort, owner to be named, how to
   check it.
7. Unknown: what was not looked up, was cut, or is not to be seen from Falcon.
Give shares as number of number, not as percent alone. Compare with targets only where the person
who asked named some.
)";

inline constexpr std::string_view kComplianceOutline = R"(Write the report now, in this order.

# Compliance report
1. Scope: period, data sources (the parts above), and that it shows what Falcon sees, not whether
   an organization complies. Ask which framework counts if none was named; map to its controls only
   by names you are sure of.
2. Endpoint protection: sensors by platform, assets without one, prevention policy not applied,
   reduced functionality: figure, evidence (ids), gap.
3. Vulnerability handling: open findings that CISA says are exploited, overdue ones (due date
   past), systems without support.
4. Incident handling: incidents opened in the period, open and closed, service levels missed, mean
   time until detections were taken up and resolved (seconds in the data; unknown where none was).
5. Traceability: real-time response sessions in the period: who, on which host, when (session ids).
6. Table: control area | evidence | state (met in the data, gap, unknown) | id or figure | what to
   do.
7. Exceptions and gaps by risk, with an owner and a date to be named.
8. Unknown: what was not looked up, was cut, or lies outside Falcon (backups, training, physical
   access and so on).
)";

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_REVIEW_OUTLINES_H_

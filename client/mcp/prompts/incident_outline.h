// What an incident response plan holds, and in which order.
#ifndef FALCON_CLIENT_MCP_PROMPTS_INCIDENT_OUTLINE_H_
#define FALCON_CLIENT_MCP_PROMPTS_INCIDENT_OUTLINE_H_

#include <string_view>

namespace falcon::mcp {

inline constexpr std::string_view kIncidentOutline = R"(Write the plan now, in this order.

# Incident response plan: name, reference_id and id of the incident
One line each: severity, status, who has it, opened, first and last activity, when the service
level is due. Then the situation in three sentences for a manager.

## 1. Detection and analysis
- Situation: a table in the order of time: time | host (device_id, address) | account | what
  happened | technique | process, with its pid (local_process_id), command line and parent |
  detection (composite_id). Then the artefacts: files with path and hash, processes with pid,
  registry keys, addresses, domains, accounts, each with the host it was seen on.
- Team: who has the incident now; roles to fill (lead, endpoint, identity and Active Directory,
  network, communication, law). Persons that no record names are "to be named".
- Channels: the incident's own channel apart from systems the attacker may read, times of reports,
  who decides on isolation.

## 2. Containment
- Isolate: a table of the hosts concerned: hostname | device_id | address | containment status now
  | proposal | side effect. Domain controllers need a decision of their own: never propose to
  isolate all at once.
- Real-time response: sessions that exist (session id, who, commands). Then what to run on which
  host, reading first: ps, netstat, reg query of the keys found, filehash of the files found,
  memdump of the processes found.
- Preserve evidence before anything is ended or deleted: memory, copies of the files, event logs,
  registry hives; hashes, and who holds them.
- Block: each indicator, whether an own IOC exists (its id and action), and what is missing.
  Accounts to disable or reset.

## 3. Dynamic investigation
- Scope: each host and account, how it is tied to the incident, and how sure that is. Every domain
  controller by name and device_id: reached (by which detection), or no detection in the data,
  which is not the same as clean. Other hosts to look at and the tool to do so (get_ioc_devices,
  search_detections).
- Attack vector: how it began, on what evidence; what is assumed; what would prove it.
- Threat identification: a table: indicator | kind (hash, address, domain, file, key) | seen on
  (composite_id) | own IOC (id, action) | intelligence (confidence, family, actor). Unmatched ones
  stay in the table. lookup_reputation asks VirusTotal, which then sees the value.
- Open vulnerabilities of the hosts that fit the way in, exploited ones first (vulnerability id).

## 4. Eradication and recovery
Per host and account: what to remove (process, file, key, task), what to reset (accounts, tickets;
the krbtgt key twice where a domain controller was reached), what to rebuild, how to verify, when
it may return. In the order in which it must happen.

## 5. Continuous improvement
What let it happen, was seen late or not at all; measures with an owner and a way to check them;
rules and IOCs to add.

## Next steps for the coming hour
A table: minute | step | who | on which host or indicator (id) | needs a decision by.

## Unknown
All that was not looked up, was cut or is missing, what it changes, and which tool answers it.
)";

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_INCIDENT_OUTLINE_H_

// The list of well-known CVEs.
#include "simulator/data/cve_known.h"

#include <array>

namespace falcon::simulator {
namespace {

constexpr auto kKnown = std::to_array<KnownCveFacts>({
    {"CVE-2021-44228", "Log4Shell", "Log4j",
     "Apache Log4j2 looks up attacker-controlled LDAP and other JNDI addresses in log messages and "
     "runs what they answer.",
     "CRITICAL", 10.0, 90, "2021-12-10T10:15:00Z", "2021-12-24", "CWE-502"},
    {"CVE-2024-4577", "", "PHP",
     "PHP on Windows in CGI mode takes characters of some code pages for options, so that a "
     "request "
     "can run code.",
     "CRITICAL", 9.8, 90, "2024-06-09T20:15:00Z", "2024-07-03", "CWE-78"},
    {"CVE-2023-46604", "", "ActiveMQ",
     "The OpenWire protocol of Apache ActiveMQ lets a remote attacker with network access run "
     "commands by class names in serialised data.",
     "CRITICAL", 9.8, 90, "2023-10-27T15:15:00Z", "2023-11-23", "CWE-502"},
    {"CVE-2023-23397", "", "Office",
     "A message with a crafted reminder makes Outlook send the reader's NTLM hash to a server of "
     "the sender's choice.",
     "CRITICAL", 9.8, 90, "2023-03-14T17:15:00Z", "2023-04-04", "CWE-294"},
    {"CVE-2024-38063", "", "Windows",
     "Crafted IPv6 packets run code in the TCP/IP stack of Windows without any log-in.", "CRITICAL",
     9.8, 30, "2024-08-13T18:15:00Z", "", "CWE-191"},
    {"CVE-2024-49112", "", "Windows",
     "Crafted LDAP calls run code in the LDAP service of a Windows domain controller.", "CRITICAL",
     9.8, 60, "2024-12-12T02:04:00Z", "", "CWE-190"},
});

}  // namespace

std::span<const KnownCveFacts> KnownCves() { return kKnown; }

}  // namespace falcon::simulator

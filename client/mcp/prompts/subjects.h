// Questions that several prompts ask, about incidents, hosts, detections and indicators.
#ifndef FALCON_CLIENT_MCP_PROMPTS_SUBJECTS_H_
#define FALCON_CLIENT_MCP_PROMPTS_SUBJECTS_H_

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "mcp/prompts/dossier.h"

namespace falcon::mcp {

// Hosts, and indicators, that one prompt follows.
inline constexpr size_t kMostHosts = 20;
inline constexpr size_t kMostIndicators = 40;

// What a report needs of a record, as read masks.
extern const std::string_view kDetectionView;
extern const std::string_view kHostView;
extern const std::string_view kVulnerabilityView;

// One record, with the URI that reads it too.
Wanted IncidentById(const std::string& id);
Wanted DetectionById(const std::string& id);
// `host`: a name or a device id.
Wanted HostNamed(const std::string& host);
// Of the part that HostNamed gathered, else `host` if it is one; empty: not known.
std::string DeviceIdOf(const Dossier& dossier, const std::string& host);

// Newest first, as many as `most`. The key is "host-detections".
Wanted DetectionsOfHost(const std::string& host, int days, int most);
// Open ones, newest first, not only of the last days. The key is "open-incidents".
Wanted OpenIncidentsOfHost(const std::string& host);
Wanted DetectionsById(const std::vector<std::string>& ids);
Wanted HostsById(const std::vector<std::string>& device_ids);
Wanted SessionsOnHosts(const std::vector<std::string>& device_ids, int days);
Wanted VulnerabilitiesOfHosts(const std::vector<std::string>& device_ids);
Wanted DomainControllers();

// The customer's own IOCs, and CrowdStrike's intelligence, for these values.
Wanted IocsOf(const std::vector<std::string>& values);
Wanted IntelligenceOf(const std::vector<std::string>& values);

// Hashes, domains and public addresses that detections name, in order: at most kMostIndicators.
// `path`: where the detections are in the answer.
std::vector<std::string> IndicatorsIn(const google::protobuf::Message& answer,
                                      std::string_view path);

// The error for a record that the client named and Falcon does not know; else OK. `tool` finds the
// ones there are.
absl::Status NamedWrongly(const Dossier& dossier, std::string_view key, std::string_view argument,
                          std::string_view tool);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_SUBJECTS_H_

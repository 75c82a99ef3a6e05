// Which incident is meant where none was named.
#ifndef FALCON_CLIENT_MCP_PROMPTS_OPEN_INCIDENT_H_
#define FALCON_CLIENT_MCP_PROMPTS_OPEN_INCIDENT_H_

#include <string>

#include "mcp/prompts/dossier.h"

namespace falcon::mcp {

struct OpenIncident {
  // Empty: none was found.
  std::string id = {};
  // A sentence for the report, in our words.
  std::string reason = {};
  // Whether it could not be looked up, so that there may be one.
  bool failed = false;
};

// By its number for people. The key is "reference".
Wanted IncidentByNumber(const std::string& number);

// Of the part that OpenIncidentsOfHost gathered: the one of the highest severity number, of equal
// ones the newest.
OpenIncident ChooseOfHost(const Dossier& dossier, const std::string& host);

// The same among all open ones. Asks once or twice, and keeps what it asked as parts.
OpenIncident ChooseGravest(Dossier& dossier);

// What there is to plan for without an incident: the newest detections of high severity or above on
// which work is not done. The key is "detections".
Wanted GraveDetections(int days);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_OPEN_INCIDENT_H_

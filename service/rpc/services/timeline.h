// The timeline of an investigation.
#ifndef FALCON_RPC_SERVICES_TIMELINE_H_
#define FALCON_RPC_SERVICES_TIMELINE_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/investigations.pb.h"

namespace falcon::rpc {

// Fills `timeline` from the other sections, oldest first: an event for each detection, incident, RTR
// session and command, and log-in that has a time.
void MakeTimeline(v1::Investigation& investigation);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_TIMELINE_H_

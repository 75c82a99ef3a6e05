// The collections of the nouns' services, for services that read several of them.
#ifndef FALCON_RPC_SERVICES_COLLECTIONS_H_
#define FALCON_RPC_SERVICES_COLLECTIONS_H_

#include "rpc/services/collection.h"

namespace falcon::rpc::collections {

// Each stands in the file of its service. `environment` and `deps` outlive it.
using NewCollection = Collection(const RpcEnvironment& environment, const ServiceDeps& deps);

NewCollection Detections;
NewCollection Hosts;
NewCollection LoginHistories;
NewCollection NetworkAddressHistories;
NewCollection OnlineStates;
NewCollection Incidents;
NewCollection Iocs;
NewCollection IntelIndicators;
NewCollection Vulnerabilities;
NewCollection RtrAuditSessions;
NewCollection DiscoveredHosts;
NewCollection DiscoveredApplications;

}  // namespace falcon::rpc::collections

#endif  // FALCON_RPC_SERVICES_COLLECTIONS_H_

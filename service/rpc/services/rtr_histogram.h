// The intervals of a histogram over real-time response sessions, which Falcon only counts between
// given instants.
#ifndef FALCON_RPC_SERVICES_RTR_HISTOGRAM_H_
#define FALCON_RPC_SERVICES_RTR_HISTOGRAM_H_

#include <string>
#include <vector>

#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/rtr_sessions.pb.h"
#include "rpc/server/request_validator.h"

namespace falcon::rpc {

// The bounds of the buckets in RFC 3339, from what the request says of time; none for another kind.
// Violations, also of kinds that Falcon does not offer here, go to `validator`.
std::vector<std::string> RtrHistogramBounds(const v1::AggregateRtrSessionsRequest& request,
                                            WallTime now, RequestValidator& validator);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_RTR_HISTOGRAM_H_

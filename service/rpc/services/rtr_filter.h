// Filters and histograms of real-time response sessions: their states in FQL, which has no field for
// them, and the bounds of buckets, which Falcon wants to be given.
#ifndef FALCON_RPC_SERVICES_RTR_FILTER_H_
#define FALCON_RPC_SERVICES_RTR_FILTER_H_

#include <chrono>
#include <string>
#include <vector>

#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/aggregation.pb.h"
#include "falcon_gateway/v1/rtr_sessions.pb.h"
#include "fql/catalogue.h"
#include "google/protobuf/repeated_field.h"
#include "rpc/services/request_validator.h"

namespace falcon::rpc {

// Which fields tell a state apart.
enum class RtrView {
  kOwn,    // deleted_at and offline_queued
  kAudit,  // deleted_at only: QUEUED is a violation, ACTIVE what is not closed
};

// `filter`, and any of `statuses`. A filter that is wrong comes back as it is, for its own check to
// say where; violations of `statuses` go to `validator`. `catalogue` is null where its syntax alone
// counts.
std::string WithStatuses(const std::string& filter,
                         const google::protobuf::RepeatedField<int>& statuses, RtrView view,
                         const fql::Catalogue* catalogue, RequestValidator& validator);

// The bounds of the buckets in RFC 3339, from what the request says of time; none for another kind.
// Violations, also of kinds that Falcon does not offer here, go to `validator`.
std::vector<std::string> RtrHistogramBounds(const v1::AggregateRtrSessionsRequest& request,
                                            WallTime now, RequestValidator& validator);

// The starts of the intervals, in UTC, that cover [start, end), and the end of the last one. Empty
// when there are more than `most` intervals, or none; `interval` must be a known length.
std::vector<std::chrono::sys_seconds> HistogramBounds(std::chrono::sys_seconds start,
                                                      std::chrono::sys_seconds end,
                                                      v1::AggregationInterval interval,
                                                      size_t most);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_RTR_FILTER_H_

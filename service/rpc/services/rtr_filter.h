// Filters and histograms of real-time response sessions: their states in FQL, which has no field for
// them, and the bounds of buckets, which Falcon requires.
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

// Which fields distinguish states.
enum class RtrView {
  kOwn,    // deleted_at and offline_queued
  kAudit,  // deleted_at only: QUEUED is a violation, ACTIVE what is not closed
};

// `filter` AND any of `statuses`. An invalid filter is returned unchanged, for its own check to report;
// violations of `statuses` go to `validator`. `catalogue` is null where only the syntax is checked.
std::string WithStatuses(const std::string& filter,
                         const google::protobuf::RepeatedField<int>& statuses, RtrView view,
                         const fql::Catalogue* catalogue, RequestValidator& validator);

// The bounds of the buckets in RFC 3339, from the time range of the request; none for other kinds.
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

// The bounds of a histogram's buckets, for services of Falcon's that only count between given
// instants.
#ifndef FALCON_RPC_SERVICES_HISTOGRAM_BOUNDS_H_
#define FALCON_RPC_SERVICES_HISTOGRAM_BOUNDS_H_

#include <chrono>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/aggregation.pb.h"

namespace falcon::rpc {

// The starts of the intervals, in UTC, that cover [start, end), and the end of the last one. Empty
// when there are more than `most` intervals, or none; `interval` must be a known length.
std::vector<std::chrono::sys_seconds> HistogramBounds(std::chrono::sys_seconds start,
                                                      std::chrono::sys_seconds end,
                                                      v1::AggregationInterval interval,
                                                      size_t most);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_HISTOGRAM_BOUNDS_H_

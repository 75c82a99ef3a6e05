// Counts by a field's few known values, where Falcon has no aggregation: one call a value.
#ifndef FALCON_RPC_SERVICES_VALUE_COUNTS_H_
#define FALCON_RPC_SERVICES_VALUE_COUNTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fql/catalogue.h"
#include "google/protobuf/message.h"
#include "rpc/server/rpc_context.h"
#include "rpc/services/collection.h"
#include "upstream/operation/operation.h"

namespace falcon::rpc {

// How many records match, as Falcon counts: one call for one row of `pages`. INTERNAL
// (UPSTREAM_PROTOCOL) where Falcon does not say.
Task<absl::StatusOr<int64_t>> TotalOf(const ServiceDeps& deps, RpcContext& call,
                                      const upstream::Operation& pages, std::string filter);

// `request` has `field` and filters; `response` has `buckets`, `other_count` and `read_info`. Asks
// `pages`, which tells the total of a filter, for one row of everything and then of each value,
// until all records are counted. A field whose values are not known, are too many, or of which a
// record may have several is INVALID_ARGUMENT, and the message names those that can be counted.
Task<absl::Status> CountByValues(const ServiceDeps& deps, RpcContext& call,
                                 const fql::Catalogue& catalogue, const upstream::Operation& pages,
                                 const google::protobuf::Message& request,
                                 google::protobuf::Message& response);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_VALUE_COUNTS_H_

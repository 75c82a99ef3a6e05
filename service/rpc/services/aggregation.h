// Aggregate requests: their checks, and the query that they stand for. Shared by every noun that
// Falcon aggregates.
#ifndef FALCON_RPC_SERVICES_AGGREGATION_H_
#define FALCON_RPC_SERVICES_AGGREGATION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "base/time.h"
#include "fql/catalogue.h"
#include "fql/filter_compiler.h"
#include "google/protobuf/message.h"
#include "rpc/server/request_bounds.h"
#include "rpc/server/request_validator.h"
#include "rpc/services/collection.h"
#include "upstream/call/reading.h"
#include "upstream/operation/aggregate.h"

namespace falcon::rpc {

// The parts that no filter option describes: field and then_by in the catalogue, interval with and
// only with a histogram, a number for the computing kinds, an instant for a histogram.
void CheckAggregation(const upstream::AggregationQuery& query, const fql::Catalogue& catalogue,
                      RequestValidator& validator);

// What `reading` must know of a request for counts: how old they may be, and that letter case
// counts in its names.
void PrepareCount(const google::protobuf::Message& request, upstream::Reading& reading,
                  RequestValidator& validator);

// All of an Aggregate request; INVALID_ARGUMENT with all violations, those in `validator` included.
// `call` learns of its filter.
template <class Request>
absl::StatusOr<upstream::AggregationQuery> PrepareAggregation(const Request& request,
                                                              const fql::Catalogue& catalogue,
                                                              const Clock& clock, RpcContext& call,
                                                              RequestValidator validator) {
  upstream::AggregationQuery query;
  query.field = request.field();
  query.then_by = request.then_by();
  query.kind = request.kind() == v1::AGGREGATION_KIND_UNSPECIFIED ? v1::AGGREGATION_KIND_TERMS
                                                                  : request.kind();
  query.interval = request.interval();
  if constexpr (requires { request.filter().query(); }) query.text = request.filter().query();
  query.size = PageSize(request, "size");
  CheckAggregation(query, catalogue, validator);
  PrepareCount(request, call.reading, validator);
  const fql::CompiledFilter filter =
      validator.ValueOrDefault(fql::CompileFilters(request, catalogue, clock.WallNow()));
  RETURN_IF_ERROR(validator.status());
  query.filter = filter.expression.Text();
  DescribeFilter(filter.notes, filter.interval, query.filter, call);
  return query;
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_AGGREGATION_H_

// Aggregate requests: their checks, and the query that they stand for. Shared by every noun that
// Falcon aggregates.
#ifndef FALCON_RPC_AGGREGATION_H_
#define FALCON_RPC_AGGREGATION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "base/time.h"
#include "falcon/aggregate.h"
#include "falcon/reading.h"
#include "fql/catalogue.h"
#include "fql/filter_compiler.h"
#include "google/protobuf/message.h"
#include "rpc/checks.h"
#include "rpc/collection.h"
#include "rpc/request_bounds.h"

namespace falcon::rpc {

// The parts that no filter option describes: field and then_by in the catalogue, interval with and
// only with a histogram, a number for the computing kinds, an instant for a histogram.
void CheckAggregation(const AggregationQuery& query, const fql::Catalogue& catalogue,
                      Checks& checks);

// What `reading` must know of a request for counts: how old they may be, and that letter case
// counts in its names.
void PrepareCount(const google::protobuf::Message& request, Reading& reading, Checks& checks);

// All of an Aggregate request; INVALID_ARGUMENT with all violations, those in `checks` included.
// `call` learns of its filter.
template <class Request>
absl::StatusOr<AggregationQuery> OpenAggregation(const Request& request,
                                                 const fql::Catalogue& catalogue,
                                                 const Clock& clock, Call& call, Checks checks) {
  AggregationQuery query;
  query.field = request.field();
  query.then_by = request.then_by();
  query.kind = request.kind() == v1::AGGREGATION_KIND_UNSPECIFIED ? v1::AGGREGATION_KIND_TERMS
                                                                  : request.kind();
  query.interval = request.interval();
  if constexpr (requires { request.filter().query(); }) query.text = request.filter().query();
  query.size = PageSize(request, "size");
  CheckAggregation(query, catalogue, checks);
  PrepareCount(request, call.reading, checks);
  const fql::CompiledFilter filter =
      checks.Take(fql::CompileFilters(request, catalogue, clock.WallNow()));
  RETURN_IF_ERROR(checks.Verdict());
  query.filter = filter.expression.Text();
  TellOfFilter(filter.notes, filter.interval, query.filter, call);
  return query;
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_AGGREGATION_H_

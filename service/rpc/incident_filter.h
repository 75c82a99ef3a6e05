// Filters of incidents that a condition on one FQL field cannot say: the words of the retired
// Incidents API, open or closed, and bands of severity.
#ifndef FALCON_RPC_INCIDENT_FILTER_H_
#define FALCON_RPC_INCIDENT_FILTER_H_

#include <string>
#include <string_view>

#include "falcon/v1/incidents.pb.h"
#include "fql/catalogue.h"
#include "fql/expression.h"
#include "rpc/checks.h"

namespace falcon::rpc {

// A raw filter in today's words:
//   status:20 status:'New'          status:'new'           30, 'In Progress'  'in_progress'
//   status:25 status:'Reopened'     status:'reopened'      40, 'Closed'       'closed'
//   state:'open'                    status:!'closed'
//   state:'closed'                  status:'closed'
// and lists of those as conditions joined by OR. Text without such words comes back as it was, right
// or wrong. A violation on `filter` where such words stand beside something wrong.
std::string InTodaysWords(const std::string& filter, const fql::Catalogue& catalogue,
                          Checks& checks);

// `state` and `severities`; no filter when neither is set. Violations on both fields.
fql::Expression StateAndSeverities(v1::IncidentState state,
                                   const google::protobuf::RepeatedField<int>& severities,
                                   Checks& checks);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_INCIDENT_FILTER_H_

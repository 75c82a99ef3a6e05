// Filters of incidents in the terms of the retired Incidents API: status numbers, open and closed.
#ifndef FALCON_RPC_SERVICES_INCIDENT_FILTER_H_
#define FALCON_RPC_SERVICES_INCIDENT_FILTER_H_

#include <string>
#include <string_view>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "fql/catalogue.h"
#include "fql/expression.h"
#include "rpc/services/request_validator.h"

namespace falcon::rpc {

// A raw filter in the terms of the Cases API:
//   status:20 status:'New'          status:'new'           30, 'In Progress'  'in_progress'
//   status:25 status:'Reopened'     status:'reopened'      40, 'Closed'       'closed'
//   state:'open'                    status:!'closed'
//   state:'closed'                  status:'closed'
// and lists of those as conditions joined by OR. A filter without such terms is returned unchanged,
// valid or not. A violation on `filter` where such terms stand beside something invalid.
std::string RewriteLegacyTerms(const std::string& filter, const fql::Catalogue& catalogue,
                               RequestValidator& validator);

// The condition of the typed filter `state`; empty when it is unset. A violation on an unknown one.
fql::Expression StateFilter(v1::IncidentState state, RequestValidator& validator);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INCIDENT_FILTER_H_

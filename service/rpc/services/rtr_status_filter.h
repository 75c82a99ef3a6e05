// The states of real-time response sessions in FQL, which has no field for them.
#ifndef FALCON_RPC_SERVICES_RTR_STATUS_FILTER_H_
#define FALCON_RPC_SERVICES_RTR_STATUS_FILTER_H_

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/rtr_sessions.pb.h"
#include "fql/catalogue.h"
#include "google/protobuf/repeated_field.h"
#include "rpc/server/request_validator.h"

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

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_RTR_STATUS_FILTER_H_

// IncidentJoin: fills `derived` of incidents, from their status and the alerts among their evidence.
#ifndef FALCON_RPC_SERVICES_INCIDENT_JOIN_H_
#define FALCON_RPC_SERVICES_INCIDENT_JOIN_H_

#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/repeated_field.h"
#include "json/decoder.h"
#include "json/field_selection.h"
#include "rpc/server/rpc_context.h"
#include "rpc/services/collection.h"
#include "upstream/lookup/lookup.h"

namespace falcon::rpc {

// IncidentView: what a caller wants to see of incidents, and what must be read for it.
// Made from `view` and `read_mask` once for a request.
class IncidentView {
 public:
  // An invalid mask shows nothing; the look-up of the records reports it.
  explicit IncidentView(const google::protobuf::Message& request);

  // Whether a field of `derived` is selected, and whether one of those needs the records of alerts.
  bool derived() const { return derived_; }
  bool from_alerts() const { return from_alerts_; }

  // Adds the sources of `derived` to a mask that is set: `status` and the ids of alerts.
  void AddSources(google::protobuf::FieldMask& mask) const;
  // Clears what only those sources brought.
  void Keep(v1::Incident& incident) const;

 private:
  json::FieldSelection selection_;
  bool derived_ = false;
  bool from_alerts_ = false;
  bool from_evidence_ = false;
};

// Fills `derived` of incidents. Immutable.
class IncidentJoin {
 public:
  explicit IncidentJoin(const ServiceDeps& deps);

  // `incidents`, as `view` shows them. One call to Falcon at most, and none unless the view needs
  // records of alerts: the first 1,000 different ones, as old as `context.options` takes them, in half
  // of the time that is left, 30 seconds at most, whatever they wait for. What could not be read is
  // told in `context.stats.errors`; only a cancelled RPC is a failure here.
  Task<absl::Status> Fill(RpcContext& context, const IncidentView& view,
                          google::protobuf::RepeatedPtrField<v1::Incident>& incidents) const;

 private:
  // Counts into `context`.
  Task<absl::StatusOr<upstream::Entities>> ReadAlerts(RpcContext& context,
                                                      std::vector<std::string> ids) const;

  const ServiceDeps& deps_;
  json::Decoder decoder_;
  json::DecodeOptions options_;
};

// OPEN unless closed; UNSPECIFIED without a status.
v1::IncidentState StateOf(v1::IncidentStatus status);

// Summarizes `alerts`, in any order, in `derived`: oldest first.
void Derive(std::vector<const v1::Detection*> alerts, v1::IncidentDerived& derived);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INCIDENT_JOIN_H_

// IncidentView: what a caller wants to see of incidents, and what must be read for it.
#ifndef FALCON_RPC_SERVICES_INCIDENT_VIEW_H_
#define FALCON_RPC_SERVICES_INCIDENT_VIEW_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incident_record.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "json/field_selection.h"

namespace falcon::rpc {

// Made from `view` and `read_mask` once for a request.
class IncidentView {
 public:
  // A mask that is wrong shows nothing: whoever reads records by it says so.
  explicit IncidentView(const google::protobuf::Message& request);

  // Something of `derived` is wanted; only from the records of alerts.
  bool derived() const { return derived_; }
  bool from_alerts() const { return from_alerts_; }

  // Adds to a mask that is set what `derived` is made of: `status` and the ids of alerts.
  void AddSources(google::protobuf::FieldMask& mask) const;
  // Takes back what only those brought.
  void Keep(v1::Incident& incident) const;

 private:
  json::FieldSelection selection_;
  bool derived_ = false;
  bool from_alerts_ = false;
  bool from_evidence_ = false;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INCIDENT_VIEW_H_

// What IncidentService adds to Falcon's cases: filters in the terms of the retired Incidents API,
// reference ids, and `derived`.
#ifndef FALCON_RPC_SERVICES_INCIDENTS_H_
#define FALCON_RPC_SERVICES_INCIDENTS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "fql/catalogue.h"
#include "fql/expression.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/repeated_field.h"
#include "json/decoder.h"
#include "json/field_selection.h"
#include "rpc/server/rpc_context.h"
#include "rpc/services/collection.h"
#include "rpc/services/request_validator.h"
#include "upstream/lookup/lookup.h"

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

// Letters and digits with a leading letter, a hyphen, and digits.
bool IsReferenceId(std::string_view id);

// Resolves reference ids, such as ABC-1234, to ids of cases.
class IncidentReferences {
 public:
  // `incidents` outlives it.
  IncidentReferences(const ServiceDeps& deps, const Collection& incidents)
      : deps_(deps), incidents_(incidents) {}

  // Puts the case's id in the place of each reference id, whatever its case. One that no case has
  // stays. Ten reference ids cost two calls.
  Task<absl::Status> Resolve(RpcContext& context,
                             google::protobuf::RepeatedPtrField<std::string>& ids) const;
  Task<absl::Status> Resolve(RpcContext& context, std::string& id) const;

 private:
  using IdsByReference = std::map<std::string, std::string>;  // in upper case
  Task<absl::Status> Read(RpcContext& context, std::vector<std::string> references,
                          IdsByReference& found) const;

  const ServiceDeps& deps_;
  const Collection& incidents_;
};

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
  // records of alerts: the first 1,000 different ones, as old as `context.options` takes them, in
  // half of the time that is left, 30 seconds at most, whatever they wait for. What could not be
  // read is told in `context.stats.errors`; only a cancelled RPC is a failure here.
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

#endif  // FALCON_RPC_SERVICES_INCIDENTS_H_

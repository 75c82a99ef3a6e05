// InvestigationReads: what is asked for around a subject, section by section.
#ifndef FALCON_RPC_SERVICES_INVESTIGATION_READS_H_
#define FALCON_RPC_SERVICES_INVESTIGATION_READS_H_

#include <string>
#include <vector>

#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "falcon_gateway/v1/incidents.pb.h"
#include "rpc/services/collections.h"
#include "rpc/services/section_read.h"

namespace falcon::rpc {

using Ids = std::vector<std::string>;

// Immutable. `devices` and `values` are not empty.
class InvestigationReads {
 public:
  // References outlive it, and it outlives its reads.
  InvestigationReads(const RpcEnvironment& environment, const ServiceDeps& deps);

  // Look-ups of a subject, with the fields that sections have.
  static v1::GetHostRequest Host(const std::string& device);
  static v1::GetDetectionRequest Detection(const std::string& composite_id);
  static v1::GetIncidentRequest Incident(const std::string& id);

  SectionRead Hosts(const Ids& devices) const;
  SectionRead DetectionsById(const Ids& composite_ids) const;
  SectionRead DetectionsOn(const Ids& devices, const v1::TimeRange& interval) const;
  SectionRead IncidentsOf(const std::string& device) const;
  SectionRead IncidentsHolding(const std::string& composite_id) const;
  SectionRead DomainControllers() const;
  // What else there is of hosts: vulnerabilities, RTR sessions, log-ins, addresses, state, Discover.
  std::vector<SectionRead> AroundHosts(const Ids& devices, const v1::TimeRange& interval) const;
  SectionRead Iocs(const Ids& values) const;
  SectionRead IntelIndicators(const Ids& values) const;

  const Collection& hosts() const { return hosts_; }
  const Collection& detections() const { return detections_; }
  const Collection& incidents() const { return incidents_; }

 private:
  const Collection hosts_;
  const Collection detections_;
  const Collection incidents_;
  const Collection iocs_;
  const Collection intel_indicators_;
  const Collection vulnerabilities_;
  const Collection rtr_audit_sessions_;
  const Collection login_histories_;
  const Collection network_address_histories_;
  const Collection online_states_;
  const Collection discovered_hosts_;
  const Collection discovered_applications_;
};

// Values of `detections` that intelligence may know: hashes, domains and public addresses, each once.
// What Falcon calls an indicator comes first.
Ids IndicatorsIn(const google::protobuf::RepeatedPtrField<v1::Detection>& detections);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INVESTIGATION_READS_H_

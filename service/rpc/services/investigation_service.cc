// InvestigationService: a subject first, then what it names, round by round.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/investigations.grpc.pb.h"
#include "rpc/services/gathering.h"
#include "rpc/services/host_names.h"
#include "rpc/services/incidents.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxAlerts = 100;

void AddDevice(const std::string& id, Ids& devices) {
  if (!ValidateDeviceId(id).empty()) return;
  if (std::ranges::find(devices, id) == devices.end()) devices.push_back(id);
}

class InvestigationService final : public v1::InvestigationService::CallbackService {
 public:
  InvestigationService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : environment_(environment),
        deps_(deps),
        names_(environment, deps),
        reads_(environment, deps),
        references_(deps, reads_.incidents()) {}

  Unary* InvestigateHost(Context* context, const v1::InvestigateHostRequest* request,
                         v1::InvestigateHostResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&InvestigationService::Host, this));
  }
  Unary* InvestigateDetection(Context* context, const v1::InvestigateDetectionRequest* request,
                              v1::InvestigateDetectionResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&InvestigationService::Detection, this));
  }
  Unary* InvestigateIncident(Context* context, const v1::InvestigateIncidentRequest* request,
                             v1::InvestigateIncidentResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&InvestigationService::Incident, this));
  }

 private:
  Task<absl::Status> Host(RpcContext& context, const v1::InvestigateHostRequest& request,
                          v1::InvestigateHostResponse& response) const {
    RequestValidator validator;
    v1::Investigation& investigation = *response.mutable_investigation();
    Gathering all(deps_, reads_, request, context, investigation, validator);
    if (request.has_device_id()) {
      validator.Check(request.device_id(), ValidateDeviceId, "device_id");
    } else {
      HostNames::CheckWhole(request.hostname(), validator);
    }
    CO_RETURN_IF_ERROR(validator.status());
    absl::Status unread;
    CO_RETURN_IF_ERROR(co_await FindHost(context, request, investigation, unread));
    const std::string& device = investigation.subject_id();
    all.PlanAroundHosts({device});
    all.PlanIfWanted(reads_.IncidentsOf(device));
    all.PlanIfWanted(reads_.DomainControllers());
    CO_RETURN_IF_ERROR(co_await all.Read());
    CO_RETURN_IF_ERROR(co_await all.ReadIndicators());
    all.Finish();
    const bool nothing = std::ranges::all_of(investigation.sections(), [](const auto& section) {
      return section.state() == v1::SECTION_STATE_FAILED;
    });
    co_return nothing ? unread : absl::OkStatus();
  }

  // A host that is known by its id is investigated even where its record cannot be read, or not in
  // half of the time: `unread` says why.
  Task<absl::Status> FindHost(RpcContext& context, const v1::InvestigateHostRequest& request,
                              v1::Investigation& investigation, absl::Status& unread) const {
    constexpr auto kSection = v1::INVESTIGATION_SECTION_HOSTS;
    v1::GetHostRequest get = InvestigationReads::Host(request.device_id());
    if (request.has_device_id()) {
      investigation.set_subject_id(DeviceId(request.device_id()));
      v1::GetHostResponse found;
      const Deadline whole = context.options.deadline;
      context.options.deadline = Deadline::In(deps_.clock, whole.Left(deps_.clock) / 2);
      const absl::Status status = co_await reads_.hosts().FetchOne(context, get, found);
      context.options.deadline = whole;
      if (status.ok()) {
        investigation.add_hosts()->Swap(found.mutable_host());
        TellSection(kSection, v1::SECTION_STATE_COMPLETE, "", investigation);
      } else if (EndsAll(status)) {
        co_return status;
      } else {
        TellFailure(kSection, status, investigation);
        unread = status;
      }
      co_return absl::OkStatus();
    }
    ASSIGN_OR_CO_RETURN(const upstream::LookupPlan plan, reads_.hosts().PrepareLookup(get));
    ASSIGN_OR_CO_RETURN(HostNames::SameNameHosts found,
                        co_await names_.Find(context, request.hostname(), 1, plan.options));
    if (found.hosts.hosts().empty()) co_return HostNames::NotFound(request.hostname());
    investigation.add_hosts()->Swap(found.hosts.mutable_hosts(0));
    investigation.set_subject_id(investigation.hosts(0).device_id());
    TellSection(kSection, v1::SECTION_STATE_COMPLETE, "", investigation);
    co_return absl::OkStatus();
  }
  static bool EndsAll(const absl::Status& status) {
    return status.code() == absl::StatusCode::kNotFound ||
           status.code() == absl::StatusCode::kInvalidArgument ||
           status.code() == absl::StatusCode::kCancelled;
  }

  Task<absl::Status> Detection(RpcContext& context, const v1::InvestigateDetectionRequest& request,
                               v1::InvestigateDetectionResponse& response) const {
    RequestValidator validator;
    v1::Investigation& investigation = *response.mutable_investigation();
    Gathering all(deps_, reads_, request, context, investigation, validator);
    validator.Check(request.composite_id(), ValidateCompositeId, "composite_id");
    CO_RETURN_IF_ERROR(validator.status());
    const v1::GetDetectionRequest get = InvestigationReads::Detection(request.composite_id());
    v1::GetDetectionResponse found;
    CO_RETURN_IF_ERROR(co_await reads_.detections().FetchOne(context, get, found));
    investigation.set_subject_id(request.composite_id());
    Ids devices;
    AddDevice(found.detection().device().device_id(), devices);
    investigation.add_detections()->Swap(found.mutable_detection());
    TellSection(v1::INVESTIGATION_SECTION_DETECTIONS, v1::SECTION_STATE_COMPLETE, "",
                investigation);
    all.PlanHosts(devices);
    all.PlanAroundHosts(devices);
    all.PlanIfWanted(reads_.IncidentsHolding(request.composite_id()));
    all.PlanIfWanted(reads_.DomainControllers());
    CO_RETURN_IF_ERROR(co_await all.Read());
    CO_RETURN_IF_ERROR(co_await all.ReadIndicators());
    all.Finish();
    co_return absl::OkStatus();
  }

  Task<absl::Status> Incident(RpcContext& context, const v1::InvestigateIncidentRequest& request,
                              v1::InvestigateIncidentResponse& response) const {
    RequestValidator validator;
    v1::Investigation& investigation = *response.mutable_investigation();
    Gathering all(deps_, reads_, request, context, investigation, validator);
    validator.Check(request.id(), ValidateAnyId, "id");
    CO_RETURN_IF_ERROR(validator.status());
    v1::GetIncidentRequest get = InvestigationReads::Incident(request.id());
    v1::GetIncidentResponse found;
    CO_RETURN_IF_ERROR(co_await references_.Resolve(context, *get.mutable_id()));
    CO_RETURN_IF_ERROR(co_await reads_.incidents().FetchOne(context, get, found));
    investigation.set_subject_id(get.id());
    investigation.add_incidents()->Swap(found.mutable_incident());
    TellSection(v1::INVESTIGATION_SECTION_INCIDENTS, v1::SECTION_STATE_COMPLETE, "", investigation);
    PlanAlerts(investigation.incidents(0), all);
    all.PlanIfWanted(reads_.DomainControllers());
    CO_RETURN_IF_ERROR(co_await all.Read());
    const Ids devices = DevicesOf(investigation);
    all.PlanHosts(devices);
    all.PlanAroundHosts(devices);
    CO_RETURN_IF_ERROR(co_await all.Read());
    CO_RETURN_IF_ERROR(co_await all.ReadIndicators());
    all.Finish();
    co_return absl::OkStatus();
  }

  // They are needed whatever is wanted, since they name what other sections are found by.
  void PlanAlerts(const v1::Incident& incident, Gathering& all) const {
    Ids ids;
    for (const auto& record : incident.evidence().alerts().records()) {
      if (ids.size() < kMaxAlerts) ids.push_back(record.selector().id());
    }
    if (!ids.empty()) return all.Plan(reads_.DetectionsById(ids));
    TellSection(v1::INVESTIGATION_SECTION_DETECTIONS, v1::SECTION_STATE_EMPTY,
                "The incident names no detection.", all.investigation());
  }
  static Ids DevicesOf(const v1::Investigation& investigation) {
    Ids devices;
    for (const v1::Detection& detection : investigation.detections()) {
      AddDevice(detection.device().device_id(), devices);
    }
    for (const auto& host : investigation.incidents(0).analysis_results().hosts().records()) {
      AddDevice(host.aid(), devices);
    }
    return devices;
  }

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const HostNames names_;
  const InvestigationReads reads_;
  const IncidentReferences references_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewInvestigationService(const RpcEnvironment& environment,
                                                       const ServiceDeps& deps) {
  return std::make_unique<InvestigationService>(environment, deps);
}

}  // namespace falcon::rpc

// InvestigationService: a subject first, then what it names, round by round.
#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/investigations.grpc.pb.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/services/host_names.h"
#include "rpc/services/incidents.h"
#include "rpc/services/investigation_reads.h"
#include "rpc/services/timeline.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kDefaultDays = 7;
constexpr int kMaxDays = 365;
constexpr size_t kMaxDevices = 20;
constexpr size_t kMaxAlerts = 100;
constexpr size_t kMaxIndicators = 40;

// The sections that go by the ids of hosts.
constexpr v1::InvestigationSection kOfHosts[] = {
    v1::INVESTIGATION_SECTION_VULNERABILITIES,
    v1::INVESTIGATION_SECTION_RTR_AUDIT_SESSIONS,
    v1::INVESTIGATION_SECTION_LOGIN_HISTORIES,
    v1::INVESTIGATION_SECTION_NETWORK_ADDRESS_HISTORIES,
    v1::INVESTIGATION_SECTION_ONLINE_STATES,
    v1::INVESTIGATION_SECTION_DISCOVERED_HOSTS,
    v1::INVESTIGATION_SECTION_SUSPICIOUS_APPLICATIONS};
constexpr v1::InvestigationSection kOfIndicators[] = {v1::INVESTIGATION_SECTION_IOCS,
                                                      v1::INVESTIGATION_SECTION_INTEL_INDICATORS};

// The request's interval. Whole minutes, so that equal requests are answered from the cache.
template <class Request>
v1::TimeRange IntervalOf(const Request& request, WallTime now, RequestValidator& validator) {
  if (request.has_time()) {
    ValidateTimeRange(request.time(), "time", validator);
    return request.time();
  }
  const int days = request.has_days() ? request.days() : kDefaultDays;
  if (days < 1 || days > kMaxDays) {
    validator.AddViolation("days", StrCat("must be from 1 to ", kMaxDays, ", got ", days));
  }
  v1::TimeRange interval;
  const auto start = std::chrono::floor<std::chrono::minutes>(now) - std::chrono::hours(24) * days;
  *interval.mutable_start() = TimeUtil::SecondsToTimestamp(
      std::chrono::duration_cast<seconds>(start.time_since_epoch()).count());
  return interval;
}

// What one call gathers.
class Gathering {
 public:
  template <class Request>
  Gathering(const ServiceDeps& deps, const InvestigationReads& reads, const Request& request,
            RpcContext& context, v1::Investigation& investigation, RequestValidator& validator)
      : deps_(deps), reads_(reads), context_(context), investigation_(investigation) {
    ValidateStaleness(request, validator);
    *investigation_.mutable_interval() = IntervalOf(request, deps.clock.WallNow(), validator);
    for (int i = 0; i < request.sections_size(); ++i) {
      const v1::InvestigationSection section = request.sections(i);
      const bool known = section != v1::INVESTIGATION_SECTION_UNSPECIFIED &&
                         v1::InvestigationSection_IsValid(section);
      if (!known) validator.AddViolation(StrCat("sections[", i, "]"), "must name a section");
      wanted_.insert(section);
    }
  }

  bool Wants(v1::InvestigationSection section) const {
    return wanted_.empty() || wanted_.contains(section);
  }
  bool WantsAny(std::span<const v1::InvestigationSection> sections) const {
    return std::ranges::any_of(sections, [this](auto section) { return Wants(section); });
  }
  v1::Investigation& investigation() { return investigation_; }
  const v1::TimeRange& interval() const { return investigation_.interval(); }

  void Plan(SectionRead read) { planned_.push_back(std::move(read)); }
  void PlanIfWanted(SectionRead read) {
    if (Wants(read.section)) Plan(std::move(read));
  }
  Task<absl::Status> Read() {
    return ReadSections(deps_, std::exchange(planned_, {}), context_, investigation_);
  }

  void PlanAroundHosts(Ids devices) {
    if (devices.empty()) return TellWithout(kOfHosts, "hosts");
    Cut(devices, kMaxDevices, kOfHosts, "hosts");
    if (Wants(v1::INVESTIGATION_SECTION_DETECTIONS) || WantsAny(kOfIndicators)) {
      Plan(reads_.DetectionsOn(devices, interval()));
    }
    for (SectionRead& read : reads_.AroundHosts(devices, interval())) PlanIfWanted(std::move(read));
  }

  Task<absl::Status> ReadIndicators() {
    Ids values = IndicatorsIn(investigation_.detections());
    Cut(values, kMaxIndicators, kOfIndicators, "indicators");
    if (StateOf(v1::INVESTIGATION_SECTION_DETECTIONS, investigation_) ==
        v1::SECTION_STATE_PARTIAL) {
      AddGap(kOfIndicators, "The detections that are missing may name more indicators.");
    }
    if (values.empty()) {
      TellWithout(kOfIndicators, "indicators");
    } else {
      PlanIfWanted(reads_.Iocs(values));
      PlanIfWanted(reads_.IntelIndicators(values));
    }
    return Read();
  }

  // Nothing names any `things`: a finding where all was read that could name them.
  void TellWithout(std::span<const v1::InvestigationSection> sections, std::string_view things) {
    const bool unknown =
        StateOf(v1::INVESTIGATION_SECTION_DETECTIONS, investigation_) == v1::SECTION_STATE_FAILED;
    TellAll(sections, unknown ? v1::SECTION_STATE_FAILED : v1::SECTION_STATE_EMPTY,
            unknown ? StrCat("The detections, which name the ", things, ", could not be read.")
                    : StrCat("What was read names no ", things, "."));
  }

  // Leaves `most` of the ids that `sections` are asked for by, and says so.
  void Cut(Ids& ids, size_t most, std::span<const v1::InvestigationSection> sections,
           std::string_view things) {
    if (ids.size() <= most) return;
    AddGap(sections, StrCat("Of ", ids.size(), " ", things, " that are named, the first ", most,
                            " were looked up."));
    ids.resize(most);
  }

  void Finish() {
    for (const auto& [section, message] : gaps_) {
      if (StateOf(section, investigation_) == v1::SECTION_STATE_FAILED) continue;
      TellSection(section, v1::SECTION_STATE_PARTIAL, message, investigation_);
    }
    for (int i = v1::InvestigationSection_MIN + 1; i <= v1::InvestigationSection_MAX; ++i) {
      const auto section = static_cast<v1::InvestigationSection>(i);
      if (!Wants(section)) ClearSection(section, investigation_);
    }
    std::ranges::sort(*investigation_.mutable_sections(), {}, &v1::SectionStatus::section);
    MakeTimeline(investigation_);
  }

 private:
  // Sections that are PARTIAL, however what they were asked for was read.
  void AddGap(std::span<const v1::InvestigationSection> sections, const std::string& message) {
    for (const v1::InvestigationSection section : sections) gaps_.emplace_back(section, message);
  }
  void TellAll(std::span<const v1::InvestigationSection> sections, v1::SectionState state,
               std::string_view message) {
    for (const v1::InvestigationSection section : sections) {
      if (Wants(section)) TellSection(section, state, message, investigation_);
    }
  }

  const ServiceDeps& deps_;
  const InvestigationReads& reads_;
  RpcContext& context_;
  v1::Investigation& investigation_;
  std::set<int> wanted_;  // empty: all
  std::vector<SectionRead> planned_;
  std::vector<std::pair<v1::InvestigationSection, std::string>> gaps_;
};

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
      names_.CheckWhole(request.hostname(), validator);
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

  // A host that is known by its id is investigated even where its record cannot be read: `unread`
  // says why.
  Task<absl::Status> FindHost(RpcContext& context, const v1::InvestigateHostRequest& request,
                              v1::Investigation& investigation, absl::Status& unread) const {
    constexpr auto kSection = v1::INVESTIGATION_SECTION_HOSTS;
    v1::GetHostRequest get = InvestigationReads::Host(request.device_id());
    if (request.has_device_id()) {
      investigation.set_subject_id(DeviceId(request.device_id()));
      v1::GetHostResponse found;
      const absl::Status status = co_await reads_.hosts().FetchOne(context, get, found);
      if (status.ok()) {
        investigation.add_hosts()->Swap(found.mutable_host());
        TellSection(kSection, v1::SECTION_STATE_COMPLETE, "", investigation);
      } else if (EndsAll(status, context)) {
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
  bool EndsAll(const absl::Status& status, const RpcContext& context) const {
    return status.code() == absl::StatusCode::kNotFound ||
           status.code() == absl::StatusCode::kInvalidArgument ||
           status.code() == absl::StatusCode::kCancelled ||
           context.options.deadline.Passed(deps_.clock);
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
    PlanHosts(devices, all);
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
    PlanHosts(devices, all);
    all.PlanAroundHosts(devices);
    CO_RETURN_IF_ERROR(co_await all.Read());
    CO_RETURN_IF_ERROR(co_await all.ReadIndicators());
    all.Finish();
    co_return absl::OkStatus();
  }

  void PlanHosts(Ids devices, Gathering& all) const {
    constexpr v1::InvestigationSection kHosts[] = {v1::INVESTIGATION_SECTION_HOSTS};
    if (devices.empty()) return all.TellWithout(kHosts, "hosts");
    all.Cut(devices, kMaxDevices, kHosts, "hosts");
    all.PlanIfWanted(reads_.Hosts(devices));
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

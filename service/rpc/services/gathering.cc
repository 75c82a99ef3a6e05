// Rounds of an investigation, and what its sections say of each other.
#include "rpc/services/gathering.h"

#include <algorithm>

#include "base/text.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/services/timeline.h"

namespace falcon::rpc {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxDays = 365;
constexpr size_t kMaxDevices = 20;
constexpr size_t kMaxIndicators = 40;

constexpr v1::InvestigationSection kHosts[] = {v1::INVESTIGATION_SECTION_HOSTS};
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

}  // namespace

v1::TimeRange LastDays(int days, WallTime now, RequestValidator& validator) {
  if (days < 1 || days > kMaxDays) {
    validator.AddViolation("days", StrCat("must be from 1 to ", kMaxDays, ", got ", days));
  }
  v1::TimeRange interval;
  const auto start = std::chrono::floor<std::chrono::minutes>(now) - std::chrono::hours(24) * days;
  *interval.mutable_start() = TimeUtil::SecondsToTimestamp(
      std::chrono::duration_cast<seconds>(start.time_since_epoch()).count());
  return interval;
}

void Gathering::Choose(const google::protobuf::RepeatedField<int>& sections,
                       RequestValidator& validator) {
  for (int i = 0; i < sections.size(); ++i) {
    const bool known = sections[i] != v1::INVESTIGATION_SECTION_UNSPECIFIED &&
                       v1::InvestigationSection_IsValid(sections[i]);
    if (!known) validator.AddViolation(StrCat("sections[", i, "]"), "must name a section");
    wanted_.insert(sections[i]);
  }
}

bool Gathering::WantsAny(Sections sections) const {
  return std::ranges::any_of(sections, [this](auto section) { return Wants(section); });
}

void Gathering::PlanIfWanted(SectionRead read) {
  if (Wants(read.section)) Plan(std::move(read));
}

void Gathering::PlanHosts(Ids devices) {
  if (devices.empty()) return TellWithout(kHosts, "hosts");
  Cut(devices, kMaxDevices, kHosts, "hosts");
  PlanIfWanted(reads_.Hosts(devices));
}

void Gathering::PlanAroundHosts(Ids devices) {
  if (devices.empty()) return TellWithout(kOfHosts, "hosts");
  Cut(devices, kMaxDevices, kOfHosts, "hosts");
  const v1::TimeRange& interval = investigation_.interval();
  if (Wants(v1::INVESTIGATION_SECTION_DETECTIONS) || WantsAny(kOfIndicators)) {
    Plan(reads_.DetectionsOn(devices, interval));
  }
  for (SectionRead& read : reads_.AroundHosts(devices, interval)) PlanIfWanted(std::move(read));
}

Task<absl::Status> Gathering::Read() {
  return ReadSections(deps_, std::exchange(planned_, {}), context_, investigation_);
}

Task<absl::Status> Gathering::ReadIndicators() {
  Ids values = IndicatorsIn(investigation_.detections());
  Cut(values, kMaxIndicators, kOfIndicators, "indicators");
  if (StateOf(v1::INVESTIGATION_SECTION_DETECTIONS, investigation_) == v1::SECTION_STATE_PARTIAL) {
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

void Gathering::TellWithout(Sections sections, std::string_view things) {
  const bool unknown =
      StateOf(v1::INVESTIGATION_SECTION_DETECTIONS, investigation_) == v1::SECTION_STATE_FAILED;
  const std::string message =
      unknown ? StrCat("The detections, which name the ", things, ", could not be read.")
              : StrCat("What was read names no ", things, ".");
  for (const v1::InvestigationSection section : sections) {
    if (!Wants(section)) continue;
    TellSection(section, unknown ? v1::SECTION_STATE_FAILED : v1::SECTION_STATE_EMPTY, message,
                investigation_);
  }
}

void Gathering::Cut(Ids& ids, size_t most, Sections sections, std::string_view things) {
  if (ids.size() <= most) return;
  AddGap(sections, StrCat("Of ", ids.size(), " ", things, " that are named, the first ", most,
                          " were looked up."));
  ids.resize(most);
}

void Gathering::AddGap(Sections sections, const std::string& message) {
  for (const v1::InvestigationSection section : sections) gaps_.emplace_back(section, message);
}

void Gathering::Finish() {
  for (const auto& [section, message] : gaps_) {
    if (StateOf(section, investigation_) == v1::SECTION_STATE_FAILED) continue;
    TellSection(section, v1::SECTION_STATE_PARTIAL, message, investigation_);
  }
  for (int i = v1::InvestigationSection_MIN + 1; i <= v1::InvestigationSection_MAX; ++i) {
    const auto section = static_cast<v1::InvestigationSection>(i);
    if (!Wants(section)) ClearSection(section, investigation_);
  }
  std::ranges::sort(*investigation_.mutable_sections(), {}, &v1::SectionStatus::section);
  for (const v1::SectionStatus& status : investigation_.sections()) {
    if (status.state() != v1::SECTION_STATE_PARTIAL && status.state() != v1::SECTION_STATE_FAILED) {
      continue;
    }
    context_.stats.AddError(
        {0, StrCat(v1::InvestigationSection_Name(status.section()), ": ", status.message()), ""});
  }
  MakeTimeline(investigation_);
}

}  // namespace falcon::rpc

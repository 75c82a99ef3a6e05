// Gathering: what one investigation reads, round by round, and how it comes out.
#ifndef FALCON_RPC_SERVICES_GATHERING_H_
#define FALCON_RPC_SERVICES_GATHERING_H_

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rpc/services/investigation_reads.h"

namespace falcon::rpc {

// The request's interval, from whole minutes on, so that equal requests are answered from the cache.
v1::TimeRange LastDays(int days, WallTime now, RequestValidator& validator);

// Of one call. Reads are planned first, then done together by Read.
class Gathering {
 public:
  // Violations of `request` go to `validator`. References outlive the object.
  template <class Request>
  Gathering(const ServiceDeps& deps, const InvestigationReads& reads, const Request& request,
            RpcContext& context, v1::Investigation& investigation, RequestValidator& validator)
      : deps_(deps), reads_(reads), context_(context), investigation_(investigation) {
    ValidateStaleness(request, validator);
    if (request.has_time()) ValidateTimeRange(request.time(), "time", validator);
    *investigation.mutable_interval() =
        request.has_time() ? request.time()
                           : LastDays(request.has_days() ? request.days() : kDefaultDays,
                                      deps.clock.WallNow(), validator);
    Choose(request.sections(), validator);
  }

  v1::Investigation& investigation() { return investigation_; }

  void Plan(SectionRead read) { planned_.push_back(std::move(read)); }
  void PlanIfWanted(SectionRead read);
  void PlanHosts(Ids devices);
  // All that goes by the ids of hosts, their detections included.
  void PlanAroundHosts(Ids devices);
  Task<absl::Status> Read();
  // What the detections that were read name.
  Task<absl::Status> ReadIndicators();

  // Leaves the sections that are wanted, in their order, and makes the timeline of them.
  void Finish();

 private:
  using Sections = std::span<const v1::InvestigationSection>;
  static constexpr int kDefaultDays = 7;

  void Choose(const google::protobuf::RepeatedField<int>& sections, RequestValidator& validator);
  bool Wants(v1::InvestigationSection section) const {
    return wanted_.empty() || wanted_.contains(section);
  }
  bool WantsAny(Sections sections) const;
  // Nothing names any `things`: a finding where all was read that could name them.
  void TellWithout(Sections sections, std::string_view things);
  // Leaves `most` of the ids that `sections` are asked for by, and says so.
  void Cut(Ids& ids, size_t most, Sections sections, std::string_view things);
  // Sections that are PARTIAL, however what they were asked for was read.
  void AddGap(Sections sections, const std::string& message);

  const ServiceDeps& deps_;
  const InvestigationReads& reads_;
  RpcContext& context_;
  v1::Investigation& investigation_;
  std::set<int> wanted_;  // empty: all
  std::vector<SectionRead> planned_;
  std::vector<std::pair<v1::InvestigationSection, std::string>> gaps_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_GATHERING_H_

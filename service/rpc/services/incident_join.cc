// One look-up of alerts for all incidents of a response.
#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/text.h"
#include "rpc/server/field_access.h"
#include "rpc/services/incidents.h"
#include "upstream/operation/operation_table.h"

namespace falcon::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Incidents = google::protobuf::RepeatedPtrField<v1::Incident>;
using Alerts = std::unordered_map<std::string, std::unique_ptr<google::protobuf::Message>>;

constexpr milliseconds kMaxJoinTime = seconds(30);
constexpr milliseconds kMargin{50};
// What `derived` is made of.
constexpr char kStatus[] = "status";
constexpr char kAlertIds[] = "evidence.alerts.records.selector.id";
constexpr size_t kMaxErrorBytes = 200;

// The fields that Derive reads.
constexpr std::string_view kAlertFields =
    "composite_id timestamp created_timestamp severity_score tactic tactic_id technique "
    "technique_id "
    "objective mitre_attack device.device_id device.hostname source_endpoint_sensor_id "
    "source_endpoint_host_name source_hosts host_names user_name source_account_name "
    "users.user_name user_names";

json::FieldSelection AlertFields() {
  google::protobuf::FieldMask mask;
  for (const auto path : absl::StrSplit(ToAbsl(kAlertFields), ' ')) {
    mask.add_paths(std::string(path));
  }
  return *json::FieldSelection::FromMask(mask, v1::Detection::descriptor());
}

std::vector<std::string> AlertIds(const v1::Incident& incident) {
  std::vector<std::string> ids;
  std::set<std::string_view> known;
  for (const auto& record : incident.evidence().alerts().records()) {
    const std::string& id = record.selector().id();
    if (!id.empty() && known.insert(id).second) ids.push_back(id);
  }
  return ids;
}

// The result of `read`, which is cancelled at `at`.
Task<absl::StatusOr<upstream::Entities>> Until(SteadyTime at,
                                               Task<absl::StatusOr<upstream::Entities>> read,
                                               runtime::Timer& timer) {
  using boost::asio::experimental::awaitable_operators::operator||;
  using First = std::variant<absl::StatusOr<upstream::Entities>, std::monostate>;
  Task<void> late = timer.SleepUntil(at);
  Task<First> either = std::move(read) || std::move(late);
  try {
    First first = co_await std::move(either);
    if (first.index() == 0) co_return std::get<0>(std::move(first));
  } catch (const boost::asio::multiple_exceptions& cancelled) {
    std::rethrow_exception(cancelled.first_exception());
  }
  co_return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                  "Falcon did not bring them in half of the call's time, or in 30 seconds");
}

int HttpStatus(const absl::Status& status) {
  const auto facts = Metadata(status);
  const auto found = facts.find("http_status");
  return found == facts.end() ? 0
                              : static_cast<int>(std::strtol(found->second.c_str(), nullptr, 10));
}

// The ids of all incidents' alerts, up to the limit of one call.
std::vector<std::string> IdsForOneCall(const Incidents& incidents, RpcContext& context) {
  std::vector<std::string> ids;
  std::set<std::string> known;
  const auto most = static_cast<size_t>(upstream::operation::kPostEntitiesAlerts.max_ids);
  for (const v1::Incident& incident : incidents) {
    for (std::string& id : AlertIds(incident)) {
      if (!known.insert(id).second) continue;
      if (ids.size() == most) {
        context.stats.AddError(
            {0,
             StrCat("`derived` rests on the first ", most,
                    " alerts of this answer; ask for fewer incidents at a time to have all"),
             ""});
        return ids;
      }
      ids.push_back(std::move(id));
    }
  }
  return ids;
}

void Join(const Alerts& alerts, v1::Incident& incident) {
  std::vector<const v1::Detection*> own;
  for (const std::string& id : AlertIds(incident)) {
    const auto found = alerts.find(id);
    if (found == alerts.end()) continue;
    own.push_back(google::protobuf::DynamicCastToGenerated<v1::Detection>(found->second.get()));
  }
  Derive(std::move(own), *incident.mutable_derived());
}

void Prune(const json::FieldSelection& selection, Message& message) {
  if (selection.everything()) return;
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->name() == "additional_fields") continue;
    if (!selection.Has(field)) {
      reflection.ClearField(&message, field);
    } else if (field->is_repeated() && field->message_type() != nullptr) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        Prune(selection.Below(field), *reflection.MutableRepeatedMessage(&message, field, i));
      }
    } else if (field->message_type() != nullptr) {
      Prune(selection.Below(field), *reflection.MutableMessage(&message, field));
    }
  }
}

}  // namespace

IncidentView::IncidentView(const Message& request) {
  const auto* record = v1::Incident::descriptor();
  if (const google::protobuf::FieldMask* mask = MaskOf(request)) {
    const auto selection = json::FieldSelection::FromMask(*mask, record);
    if (!selection.ok()) return;
    selection_ = *selection;
  } else if (ShownView(request) == v1::RECORD_VIEW_BRIEF) {
    selection_ = json::FieldSelection::Brief(record);
  }
  const FieldDescriptor* derived = record->FindFieldByName("derived");
  if (!selection_.Has(derived)) return;
  derived_ = true;
  const json::FieldSelection below = selection_.Below(derived);
  for (int i = 0; i < derived->message_type()->field_count(); ++i) {
    const FieldDescriptor* field = derived->message_type()->field(i);
    if (!below.Has(field) || field->name() == "state") continue;
    from_evidence_ = true;
    from_alerts_ = from_alerts_ || field->name() != "alert_count";
  }
}

void IncidentView::AddSources(google::protobuf::FieldMask& mask) const {
  if (!derived_ || selection_.everything()) return;
  mask.add_paths(kStatus);
  if (from_evidence_) mask.add_paths(kAlertIds);
}

void IncidentView::Keep(v1::Incident& incident) const { Prune(selection_, incident); }

v1::IncidentState StateOf(v1::IncidentStatus status) {
  if (status == v1::INCIDENT_STATUS_UNSPECIFIED) return v1::INCIDENT_STATE_UNSPECIFIED;
  return status == v1::INCIDENT_STATUS_CLOSED ? v1::INCIDENT_STATE_CLOSED : v1::INCIDENT_STATE_OPEN;
}

IncidentJoin::IncidentJoin(const ServiceDeps& deps)
    : deps_(deps), decoder_(v1::Detection::descriptor()) {
  options_.selection = AlertFields();
}

Task<absl::StatusOr<upstream::Entities>> IncidentJoin::ReadAlerts(
    RpcContext& context, std::vector<std::string> ids) const {
  upstream::LookupPlan plan;
  plan.operation = &upstream::operation::kPostEntitiesAlerts;
  plan.decoder = &decoder_;
  plan.options = options_;
  plan.id_field = v1::Detection::descriptor()->FindFieldByName("composite_id");
  // Half of the time is kept back: incidents without their alerts are better than none.
  const milliseconds half = context.options.deadline.Left(deps_.clock) / 2;
  const milliseconds span = std::min(half, kMaxJoinTime);
  const SteadyTime end = Deadline::In(deps_.clock, span).at();
  // A call that is on the wire ends sooner by itself: what is cancelled does not tell its cost.
  const Deadline on_the_wire(end - std::min(kMargin, span / 20));
  upstream::CallOptions options = context.options;
  options.deadline = on_the_wire;
  upstream::CallStats stats;
  json::DecodeReport of_alerts;  // not of what this answer shows
  Task<absl::StatusOr<upstream::Entities>> fetch =
      upstream::LookupRecords(deps_.Read(options, stats), std::move(plan), std::move(ids),
                              v1::Detection::default_instance(), of_alerts);
  absl::StatusOr<upstream::Entities> read = co_await Until(end, std::move(fetch), deps_.timer);
  if (!read.ok()) stats.age = milliseconds(0);  // what was cached is not used then
  context.stats.Merge(stats, /*charge=*/true);
  co_return read;
}

Task<absl::Status> IncidentJoin::Fill(RpcContext& context, const IncidentView& view,
                                      Incidents& incidents) const {
  if (!view.derived()) co_return absl::OkStatus();
  std::vector<std::string> ids;
  if (view.from_alerts()) ids = IdsForOneCall(incidents, context);
  upstream::Entities found;
  if (!ids.empty()) {
    absl::StatusOr<upstream::Entities> read = co_await ReadAlerts(context, std::move(ids));
    if (read.status().code() == absl::StatusCode::kCancelled) co_return read.status();
    if (read.ok()) {
      found = *std::move(read);
    } else {
      const std::string_view why = Utf8Prefix(ToStd(read.status().message()), kMaxErrorBytes);
      context.stats.AddError(
          {HttpStatus(read.status()), StrCat("`derived` lacks the alerts: ", why), ""});
    }
  }
  for (v1::Incident& incident : incidents) {
    incident.clear_derived();
    incident.mutable_derived()->set_state(StateOf(incident.status()));
    incident.mutable_derived()->set_alert_count(static_cast<int>(AlertIds(incident).size()));
    Join(found.records, incident);
    view.Keep(incident);
  }
  co_return absl::OkStatus();
}

}  // namespace falcon::rpc

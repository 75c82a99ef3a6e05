// What several alerts say together.
#include <algorithm>
#include <map>
#include <string>

#include "google/protobuf/util/time_util.h"
#include "rpc/incident_join.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kMostHours = 72;

void AddOnce(const std::string& text, Texts* list) {
  if (text.empty() || std::find(list->begin(), list->end(), text) != list->end()) return;
  *list->Add() = text;
}

// Of the behaviour; of the record where Falcon gives none.
const Timestamp& TimeOf(const v1::Detection& alert) {
  return alert.has_timestamp() ? alert.timestamp() : alert.created_timestamp();
}

bool HasTime(const v1::Detection& alert) {
  return alert.has_timestamp() || alert.has_created_timestamp();
}

// A host is known by its id; by its name where an alert has no more.
void AddHost(const std::string& id, const std::string& name, v1::IncidentDerived& derived) {
  if (id.empty() && name.empty()) return;
  for (v1::IncidentAlertHost& host : *derived.mutable_hosts()) {
    const bool same_id = !id.empty() && host.device_id() == id;
    const bool same_name =
        !name.empty() && host.hostname() == name && (id.empty() || host.device_id().empty());
    if (!same_id && !same_name) continue;
    if (host.device_id().empty()) host.set_device_id(id);
    if (host.hostname().empty()) host.set_hostname(name);
    return;
  }
  v1::IncidentAlertHost* host = derived.add_hosts();
  host->set_device_id(id);
  host->set_hostname(name);
}

void AddMitre(const v1::Detection& alert, v1::IncidentDerived& derived) {
  AddOnce(alert.tactic(), derived.mutable_tactics());
  AddOnce(alert.tactic_id(), derived.mutable_tactic_ids());
  AddOnce(alert.technique(), derived.mutable_techniques());
  AddOnce(alert.technique_id(), derived.mutable_technique_ids());
  for (const auto& mapping : alert.mitre_attack()) {
    AddOnce(mapping.tactic(), derived.mutable_tactics());
    AddOnce(mapping.tactic_id(), derived.mutable_tactic_ids());
    AddOnce(mapping.technique(), derived.mutable_techniques());
    AddOnce(mapping.technique_id(), derived.mutable_technique_ids());
  }
  AddOnce(alert.objective(), derived.mutable_objectives());
}

void AddEntities(const v1::Detection& alert, v1::IncidentDerived& derived) {
  AddHost(alert.device().device_id(), alert.device().hostname(), derived);
  AddHost(alert.source_endpoint_sensor_id(), alert.source_endpoint_host_name(), derived);
  for (const std::string& name : alert.source_hosts()) AddHost("", name, derived);
  for (const std::string& name : alert.host_names()) AddHost("", name, derived);
  AddOnce(alert.user_name(), derived.mutable_users());
  AddOnce(alert.source_account_name(), derived.mutable_users());
  for (const auto& user : alert.users()) AddOnce(user.user_name(), derived.mutable_users());
  for (const std::string& name : alert.user_names()) AddOnce(name, derived.mutable_users());
}

void AddHistogram(const std::vector<const v1::Detection*>& alerts, v1::IncidentDerived& derived) {
  const int64_t first = derived.first_alert_time().seconds();
  const int64_t last = derived.last_alert_time().seconds();
  const bool hours = last - first <= kMostHours * kHour;
  const int64_t step = hours ? kHour : kDay;
  std::map<int64_t, int> counts;
  for (const v1::Detection* alert : alerts) {
    if (!HasTime(*alert)) continue;
    const int64_t seconds = TimeOf(*alert).seconds();
    const int64_t into = (seconds % step + step) % step;
    ++counts[seconds - into];
  }
  for (const auto& [start, count] : counts) {
    v1::IncidentEventsBucket* bucket = derived.add_events_histogram();
    *bucket->mutable_timestamp_min() = TimeUtil::SecondsToTimestamp(start);
    *bucket->mutable_timestamp_max() = TimeUtil::SecondsToTimestamp(start + step);
    bucket->set_count(count);
  }
  derived.set_events_interval(hours ? v1::AGGREGATION_INTERVAL_HOUR : v1::AGGREGATION_INTERVAL_DAY);
}

}  // namespace

void Derive(std::vector<const v1::Detection*> alerts, v1::IncidentDerived& derived) {
  using google::protobuf::operator<;
  using google::protobuf::operator==;
  std::sort(alerts.begin(), alerts.end(), [](const auto* a, const auto* b) {
    if (TimeOf(*a) == TimeOf(*b)) return a->composite_id() < b->composite_id();
    return TimeOf(*a) < TimeOf(*b);
  });
  derived.set_joined_alert_count(static_cast<int>(alerts.size()));
  for (const v1::Detection* alert : alerts) {
    AddMitre(*alert, derived);
    AddEntities(*alert, derived);
    if (alert->has_severity()) {
      derived.set_max_alert_severity(std::max(derived.max_alert_severity(), alert->severity()));
    }
    if (!HasTime(*alert)) continue;
    if (!derived.has_first_alert_time()) *derived.mutable_first_alert_time() = TimeOf(*alert);
    *derived.mutable_last_alert_time() = TimeOf(*alert);
  }
  if (derived.has_first_alert_time()) AddHistogram(alerts, derived);
}

}  // namespace falcon::rpc

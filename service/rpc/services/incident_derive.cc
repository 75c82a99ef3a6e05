// Derive: summarizes the alerts of an incident.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "google/protobuf/util/time_util.h"
#include "rpc/services/incidents.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kMaxHours = 72;

// A list without duplicates. The texts that are added outlive it.
class Distinct {
 public:
  explicit Distinct(Texts* list) : list_(list) {}

  void Add(const std::string& text) {
    if (!text.empty() && known_.insert(text).second) *list_->Add() = text;
  }

 private:
  Texts* list_;
  std::unordered_set<std::string_view> known_;
};

// Hosts by id, or by name where an alert has no id. The texts that are added outlive it.
class Hosts {
 public:
  explicit Hosts(v1::IncidentDerived& derived) : list_(*derived.mutable_hosts()) {}

  void AddName(const std::string& name) {
    if (name.empty() || !names_.insert(name).second) return;
    without_id_[name] = list_.size();
    list_.Add()->set_hostname(name);
  }
  void Add(const std::string& id, const std::string& name) {
    if (id.empty()) {
      AddName(name);
    } else if (v1::IncidentAlertHost* host = Find(id, name); host == nullptr) {
      by_id_[id] = list_.size();
      names_.insert(name);
      v1::IncidentAlertHost& added = *list_.Add();
      added.set_device_id(id);
      added.set_hostname(name);
    } else if (host->hostname().empty()) {
      names_.insert(name);
      host->set_hostname(name);
    }
  }

 private:
  // The host with this id, or the host of this name without an id, which it gets now. Null: neither.
  v1::IncidentAlertHost* Find(const std::string& id, const std::string& name) {
    const auto same_id = by_id_.find(id);
    if (same_id != by_id_.end()) return list_.Mutable(same_id->second);
    const auto same_name = without_id_.find(name);
    if (same_name == without_id_.end()) return nullptr;
    const int place = same_name->second;
    without_id_.erase(same_name);
    by_id_[id] = place;
    list_.Mutable(place)->set_device_id(id);
    return list_.Mutable(place);
  }

  google::protobuf::RepeatedPtrField<v1::IncidentAlertHost>& list_;
  std::unordered_map<std::string_view, int> by_id_;       // places in `list_`
  std::unordered_map<std::string_view, int> without_id_;  // by name
  std::unordered_set<std::string_view> names_;
};

// The lists of an IncidentDerived.
struct Lists {
  explicit Lists(v1::IncidentDerived& derived)
      : tactics(derived.mutable_tactics()),
        tactic_ids(derived.mutable_tactic_ids()),
        techniques(derived.mutable_techniques()),
        technique_ids(derived.mutable_technique_ids()),
        objectives(derived.mutable_objectives()),
        users(derived.mutable_users()),
        hosts(derived) {}

  Distinct tactics;
  Distinct tactic_ids;
  Distinct techniques;
  Distinct technique_ids;
  Distinct objectives;
  Distinct users;
  Hosts hosts;
};

// The time of the behaviour, or that of the record where Falcon has none.
const Timestamp& TimeOf(const v1::Detection& alert) {
  return alert.has_timestamp() ? alert.timestamp() : alert.created_timestamp();
}

bool HasTime(const v1::Detection& alert) {
  return alert.has_timestamp() || alert.has_created_timestamp();
}

void AddMitre(const v1::Detection& alert, Lists& lists) {
  const auto add = [&lists](const auto& source) {
    lists.tactics.Add(source.tactic());
    lists.tactic_ids.Add(source.tactic_id());
    lists.techniques.Add(source.technique());
    lists.technique_ids.Add(source.technique_id());
  };
  add(alert);
  for (const auto& mapping : alert.mitre_attack()) add(mapping);
  lists.objectives.Add(alert.objective());
}

void AddEntities(const v1::Detection& alert, Lists& lists) {
  lists.hosts.Add(alert.device().device_id(), alert.device().hostname());
  lists.hosts.Add(alert.source_endpoint_sensor_id(), alert.source_endpoint_host_name());
  for (const std::string& name : alert.source_hosts()) lists.hosts.AddName(name);
  for (const std::string& name : alert.host_names()) lists.hosts.AddName(name);
  lists.users.Add(alert.user_name());
  lists.users.Add(alert.source_account_name());
  for (const auto& user : alert.users()) lists.users.Add(user.user_name());
  for (const std::string& name : alert.user_names()) lists.users.Add(name);
}

void AddHistogram(const std::vector<const v1::Detection*>& alerts, v1::IncidentDerived& derived) {
  const int64_t first = derived.first_alert_time().seconds();
  const int64_t last = derived.last_alert_time().seconds();
  const bool hours = last - first <= kMaxHours * kHour;
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
  Lists lists(derived);
  for (const v1::Detection* alert : alerts) {
    AddMitre(*alert, lists);
    AddEntities(*alert, lists);
    if (alert->has_severity_score()) {
      derived.set_max_alert_severity(
          std::max(derived.max_alert_severity(), alert->severity_score()));
    }
    if (!HasTime(*alert)) continue;
    if (!derived.has_first_alert_time()) *derived.mutable_first_alert_time() = TimeOf(*alert);
    *derived.mutable_last_alert_time() = TimeOf(*alert);
  }
  if (derived.has_first_alert_time()) AddHistogram(alerts, derived);
}

}  // namespace falcon::rpc

// The full alert record: the keys all kinds share.
#include "simulator/data/alert.h"
#include "simulator/data/case.h"

namespace falcon::simulator {
namespace {

enum Question : uint64_t { kMail = 303, kNew };

void AddMitre(const Alert& alert, Json* record) {
  const Behavior& behavior = alert.behavior();
  if (behavior.tactic.empty()) return;
  (*record)["tactic"] = behavior.tactic;
  (*record)["tactic_id"] = behavior.tactic_id;
  (*record)["technique"] = behavior.technique;
  (*record)["technique_id"] = behavior.technique_id;
  (*record)["objective"] = behavior.objective;
  if (alert.kind() == AlertKind::kThirdParty) return;
  (*record)["mitre_attack"] = Json::array({{{"pattern_id", behavior.pattern_id},
                                            {"tactic", behavior.tactic},
                                            {"tactic_id", behavior.tactic_id},
                                            {"technique", behavior.technique},
                                            {"technique_id", behavior.technique_id}}});
}

void AddHandling(const Alert& alert, Json* record) {
  (*record)["status"] = alert.Status();
  (*record)["tags"] = alert.Tags();
  (*record)["show_in_ui"] = alert.Shown();
  (*record)["email_sent"] = alert.dice().Chance(kMail, 50);
  (*record)["seconds_to_resolved"] = alert.Status() == "closed" ? 3600 : 0;
  (*record)["seconds_to_triaged"] = alert.Status() == "new" ? 0 : 540;
  if (const std::optional<std::string> name = alert.AssignedTo()) {
    (*record)["assigned_to_name"] = *name;
    (*record)["assigned_to_uid"] = "analyst@example.com";
    (*record)["assigned_to_uuid"] = Dice(1, 1, name->size()).Uuid(1);
    (*record)["comments"] = Json::array({{{"falcon_user_id", Dice(1, 1, name->size()).Uuid(1)},
                                          {"value", "Looked at it."},
                                          {"timestamp", FormatTime(alert.Updated(), 9)}}});
  }
}

}  // namespace

Json Alert::Record() const {
  Json record;
  record["composite_id"] = CompositeId();
  record["id"] = ShortId();
  record["cid"] = world_.cid();
  record["aggregate_id"] = AggregateId();
  record["product"] = Product();
  record["type"] = Type();
  record["name"] = behavior_->name;
  record["display_name"] = behavior_->name;
  record["description"] = behavior_->description;
  record["confidence"] = Confidence();
  // Nine, three or no fraction digits in one record.
  record["created_timestamp"] = FormatTime(Created(), 9);
  record["updated_timestamp"] = FormatTime(Updated(), 9);
  record["crawled_timestamp"] = FormatTime(Created() + 2 * kSecond, 9);
  record["timestamp"] = FormatTime(Timestamp(), 3);
  record["context_timestamp"] = FormatTime(Timestamp());
  record["falcon_host_link"] =
      "https://falcon.crowdstrike.com/activity-v2/detections/" + CompositeId();
  record["source_vendors"] = Json::array({"CrowdStrike"});
  record["source_products"] = Json::array(
      {kind_ == AlertKind::kIdentity ? "Falcon Identity Protection" : "Falcon Insight"});
  record["data_domains"] = Json::array({kind_ == AlertKind::kIdentity ? "Identity" : "Endpoint"});
  if (const std::optional<uint32_t> severity = Severity()) {
    record["severity"] = *severity;
    record["severity_name"] = SeverityName();
  }
  AddMitre(*this, &record);
  AddHandling(*this, &record);
  if (const std::optional<uint32_t> owner = world_.case_book().CaseOf(index_)) {
    record["linked_case_ids"] = Json::array({Case(world_, *owner).Id()});
  }
  // Keys no specification names; readers keep or skip them.
  if (dice_.Chance(kNew, 20))
    record["zz_future_field"] = {{"nested", {1, "two", nullptr}}, {"flag", true}};
  if (HasDevice()) {
    AddEndpointKeys(*this, &record);
  } else if (kind_ == AlertKind::kIdentity) {
    AddIdentityKeys(*this, &record);
  } else {
    AddOtherKeys(*this, &record);
  }
  return record;
}

}  // namespace falcon::simulator

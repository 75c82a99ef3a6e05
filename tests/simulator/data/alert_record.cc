// The alert record: the keys that all kinds share, then those of each kind.
#include <string>

#include "simulator/data/alert.h"
#include "simulator/data/case.h"

namespace falcon::simulator {
namespace {

enum Question : uint64_t {
  kSha1 = 400,
  kMd5,
  kTree,
  kParent,
  kGrand,
  kNet,
  kQuarantine,
  kDisposition,
  kPolicy,
  kLogon,
  kIoc,
  kSid = 500,
  kGuid,
  kLead,
  kRule,
  kEvent,
  kUpn,
  kMail = 303,
  kNew
};

std::string Epoch(Nanos instant) { return std::to_string(instant / kSecond); }

Json Ancestor(const Alert& alert, uint64_t question, std::string_view file,
              std::string_view command) {
  const Rng& rng = alert.rng();
  const std::string process = std::to_string(rng.Of(question) >> 2);
  Json details;
  details["cmdline"] = command;
  details["filename"] = file;
  details["filepath"] = R"(\Device\HarddiskVolume3\Windows\)" + std::string(file);
  details["local_process_id"] = std::to_string(4 * (50 + rng.Below(question + 50, 4000)));
  details["md5"] = rng.Hex(question + 60, 32);
  details["process_graph_id"] = "pid:" + alert.host().DeviceId() + ":" + process;
  details["process_id"] = process;
  details["sha256"] = rng.Hex(question + 70, 64);
  details["timestamp"] = FormatTime(alert.Timestamp() - kMinute, 0);
  details["user_graph_id"] = "uid:" + alert.host().DeviceId() + ":S-1-5-18";
  details["user_id"] = "S-1-5-18";
  details["user_name"] = alert.User();
  return details;
}

void AddProcess(const Alert& alert, Json* record) {
  const Behavior& behavior = alert.behavior();
  const Rng& rng = alert.rng();
  Json& out = *record;
  const std::string device_id = alert.host().DeviceId();
  out["agent_id"] = device_id;
  out["filename"] = behavior.filename;
  out["filepath"] = behavior.filepath;
  out["cmdline"] = behavior.cmdline;
  out["alleged_filetype"] = "exe";
  out["scenario"] = behavior.scenario;
  out["pattern_id"] = behavior.pattern_id;
  out["sha256"] = alert.Sha256();
  out["md5"] = rng.Hex(kMd5, 32);
  // All zeros: the sensor did not compute it.
  out["sha1"] = "0000000000000000000000000000000000000000";
  out["process_id"] = alert.ProcessId();
  out["local_process_id"] = alert.LocalProcessId();
  out["parent_process_id"] = std::to_string(rng.Of(kParent) >> 2);
  out["process_start_time"] = Epoch(alert.Timestamp() - 5 * kSecond);
  out["process_end_time"] = rng.Chance(kParent, 50) ? "0" : Epoch(alert.Timestamp() + kMinute);
  out["tree_id"] = std::to_string(rng.Of(kTree) >> 30);
  out["tree_root"] = std::to_string(rng.Of(kTree + 1) >> 2);
  out["triggering_process_graph_id"] = "pid:" + device_id + ":" + alert.ProcessId();
  out["control_graph_id"] = "ctg:" + device_id + ":" + std::to_string(rng.Of(kTree + 2) >> 30);
  out["indicator_id"] =
      "ind:" + device_id + ":" + alert.ProcessId() + "-" + std::to_string(behavior.pattern_id);
  out["user_name"] = alert.User();
  out["user_id"] =
      "S-1-5-21-1004336348-1177238915-682003330-" + std::to_string(1000 + alert.host().index());
  out["logon_domain"] = rng.Chance(kLogon, 90) ? "CORP" : "";
  out["parent_details"] = Ancestor(alert, kParent, "explorer.exe", R"(C:\Windows\explorer.exe)");
  out["grandparent_details"] = Ancestor(alert, kGrand, "winlogon.exe", "winlogon.exe");
  out["platform"] = alert.host().PlatformName();
}

void AddIndicators(const Alert& alert, Json* record) {
  Json& out = *record;
  const StoryAlert* story = alert.story();
  out["ioc_context"] = Json::array();
  out["ioc_values"] = Json::array();
  if (story != nullptr && !story->ioc_type.empty()) {
    out["ioc_type"] = story->ioc_type;
    out["ioc_value"] = story->ioc_value;
    out["ioc_description"] = "";
    out["ioc_source"] = "library_load";
    out["ioc_values"] = Json::array({story->ioc_value});
    out["ioc_context"] = Json::array({{{"ioc_type", story->ioc_type},
                                       {"ioc_value", story->ioc_value},
                                       {"ioc_source", "library_load"},
                                       {"ioc_description", alert.behavior().filepath},
                                       {"sha256", alert.Sha256()},
                                       {"md5", alert.rng().Hex(kMd5, 32)},
                                       {"type", "module"}}});
  } else if (story == nullptr && alert.rng().Chance(kIoc, 40)) {
    out["ioc_type"] = "hash_sha256";
    out["ioc_value"] = alert.Sha256();
    out["ioc_values"] = Json::array({alert.Sha256()});
    out["ioc_context"] = nullptr;
  }
}

void AddActivity(const Alert& alert, Json* record) {
  Json& out = *record;
  const StoryAlert* story = alert.story();
  const std::string seconds = Epoch(alert.Timestamp());
  if (story != nullptr ? !story->remote_address.empty() : alert.rng().Chance(kNet, 30)) {
    out["network_accesses"] = Json::array(
        {{{"access_timestamp", seconds},
          {"access_type", 0},
          {"connection_direction", "0"},
          {"isIPV6", false},
          {"local_address", alert.host().LocalIp()},
          {"local_port", "51234"},
          {"protocol", "TCP"},
          {"remote_address", story != nullptr ? story->remote_address : "198.51.100.99"},
          {"remote_port", "443"}}});
  }
  if (alert.behavior().filename == "svchost.exe" || alert.rng().Chance(kNet + 20, 20)) {
    out["files_written"] = Json::array({{{"filename", alert.behavior().filename},
                                         {"filepath", alert.behavior().filepath},
                                         {"timestamp", seconds}}});
  }
  if (alert.rng().Chance(kQuarantine, 15)) {
    out["quarantined_files"] = Json::array({{{"filename", alert.behavior().filepath},
                                             {"id", alert.host().DeviceId() + "_" + alert.Sha256()},
                                             {"sha256", alert.Sha256()},
                                             {"state", "quarantined"}}});
  }
}

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
  (*record)["email_sent"] = alert.rng().Chance(kMail, 50);
  (*record)["seconds_to_resolved"] = alert.Status() == "closed" ? 3600 : 0;
  (*record)["seconds_to_triaged"] = alert.Status() == "new" ? 0 : 540;
  if (const std::optional<std::string> name = alert.AssignedTo()) {
    (*record)["assigned_to_name"] = *name;
    (*record)["assigned_to_uid"] = "analyst@example.com";
    (*record)["assigned_to_uuid"] = Rng(1, 1, name->size()).Uuid(1);
    (*record)["comments"] = Json::array({{{"falcon_user_id", Rng(1, 1, name->size()).Uuid(1)},
                                          {"value", "Looked at it."},
                                          {"timestamp", FormatTime(alert.Updated(), 9)}}});
  }
}

void AddEndpointKeys(const Alert& alert, Json* record) {
  Json& out = *record;
  AddProcess(alert, record);
  AddIndicators(alert, record);
  AddActivity(alert, record);
  const bool blocked = alert.story() == nullptr && alert.rng().Chance(kDisposition, 40);
  out["pattern_disposition"] = blocked ? 2048 : 0;
  out["pattern_disposition_description"] = blocked
                                               ? "Prevention, process was blocked from execution."
                                               : "Detection, standard detection.";
  out["pattern_disposition_details"] = {{"process_blocked", blocked}, {"kill_process", false},
                                        {"quarantine_file", false},   {"detect", !blocked},
                                        {"indicator", false},         {"policy_disabled", false}};
  out["device"] = alert.host().AlertBlock();
  out["cloud_indicator"] = "false";
  out["has_script_or_module_ioc"] = "true";
  out["global_prevalence"] = "low";
  out["local_prevalence"] = "unique";
  out["poly_id"] = alert.rng().Hex(kPolicy, 40);
  out["template_instance_id"] = "4";
  if (alert.kind() == AlertKind::kScan) {
    out["scan_id"] = alert.rng().Hex(kPolicy + 10, 32);
    out.erase("parent_details");
    out.erase("grandparent_details");
  }
  if (alert.kind() == AlertKind::kOverwatch)
    out["overwatch_note"] = "Please look at this host at once.";
  if (alert.story() != nullptr || alert.rng().Chance(kPolicy + 20, 5)) {
    out["incident"] = {
        {"id", "inc:" + alert.host().DeviceId() + ":" + alert.rng().Hex(kPolicy + 30, 32)},
        {"created", FormatTime(alert.Created())},
        {"start", FormatTime(alert.Timestamp())},
        {"end", FormatTime(alert.Updated())},
        {"score", "85.5"}};
  }
}

void AddIdentityKeys(const Alert& alert, Json* record) {
  Json& out = *record;
  const Host host = alert.host();
  const std::string user = alert.User();
  out["pattern_id"] = alert.behavior().pattern_id;
  out["source_account_name"] = user;
  out["source_account_domain"] = "CORP.EXAMPLE.COM";
  out["source_account_sam_account_name"] = user;
  out["source_account_upn"] = user + "@corp.example.com";
  out["source_account_object_sid"] =
      "S-1-5-21-1004336348-1177238915-682003330-" + std::to_string(2000 + host.index());
  out["source_account_object_guid"] = alert.rng().Uuid(kGuid);
  out["source_endpoint_host_name"] = host.Hostname();
  out["source_endpoint_address_ip4"] = host.LocalIp();
  out["source_endpoint_ip_address"] = host.LocalIp();
  out["source_endpoint_sensor_id"] = host.DeviceId();
  out["target_endpoint_host_name"] = "DC-01";
  out["target_domain_controller_host_name"] = "DC-01";
  out["target_account_name"] = "";
  // Codes are numbers in strings here.
  out["activity_id"] = alert.rng().Hex(kSid, 16);
  out["activity_os"] = "1";
  out["activity_browser"] = "0";
  out["activity_device"] = "0";
  out["alert_attributes"] = "0";
  out["location_country_code"] = "DE";
  out["location_latitude_as_int"] = 52;
  out["idp_policy_mfa_factor_type"] = "0";
  out["ldap_search_query_attack"] = "0";
  out["protocol_anomaly_classification"] = "0";
  out["start_time"] = FormatTime(alert.Timestamp(), 3);
  out["end_time"] = FormatTime(alert.Timestamp() + kMinute, 3);
}

void AddOtherKeys(const Alert& alert, Json* record) {
  Json& out = *record;
  const Host host = alert.host();
  const bool story = alert.story() != nullptr;
  out["source_hosts"] = Json::array({host.Hostname()});
  out["source_ips"] = Json::array({host.LocalIp()});
  out["host_names"] = story ? Json::array({"SRV-PROD-001", "SRV-PROD-002", "DC-01"})
                            : Json::array({host.Hostname()});
  out["users"] = Json::array({{{"aid", host.DeviceId()},
                               {"full_name", ""},
                               {"user_name", alert.User()},
                               {"sid", "S-1-5-21-1004336348-1177238915-682003330-1105"},
                               {"full_name_is_enriched", false}}});
  if (alert.kind() == AlertKind::kLead) {
    out["lead_id"] = alert.rng().Hex(kLead, 32);
    out["lead_type"] = "automated-lead";
    out["score"] = 80;
    out["signal_start_timestamp"] = FormatTime(alert.Timestamp() - kHour, 9);
    out["signal_end_timestamp"] = FormatTime(alert.Timestamp(), 9);
    out["enriched_entities"] = Json::object();
    out["threatgraph_indicators"] = Json::array({{{"description", "Related indicator"},
                                                  {"host_id", host.DeviceId()},
                                                  {"hostname", host.Hostname()},
                                                  {"indicator_id", alert.rng().Hex(kLead + 20, 32)},
                                                  {"pattern_id", 10197}}});
    return;
  }
  out["correlation_rule_id"] = alert.rng().Hex(kRule, 32);
  out["correlation_rule_execution_id"] = alert.rng().Hex(kRule + 20, 32);
  out["event_ids"] =
      "evt-" + alert.rng().Hex(kEvent, 12) + ",evt-" + alert.rng().Hex(kEvent + 20, 12);
  out["has_truncated_entities"] = false;
  if (alert.kind() == AlertKind::kThirdParty) {
    out["source_vendors"] = Json::array({"ExampleWall"});
    out["source_products"] = Json::array({"Gateway 9"});
    out["vendor_pattern_id"] = "SIG-4711";
    out["destination_hosts"] = Json::array();
  }
  if (story) {
    out["ioc_type"] = alert.story()->ioc_type;
    out["ioc_value"] = alert.story()->ioc_value;
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
  if (rng_.Chance(kNew, 20))
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

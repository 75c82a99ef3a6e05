// Endpoint alerts: the process, its ancestors, its files and network, and the device.
#include <string>

#include "simulator/data/alert.h"

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
  kIoc
};

std::string Epoch(Nanos instant) { return std::to_string(instant / kSecond); }

Json Ancestor(const Alert& alert, uint64_t question, std::string_view file,
              std::string_view command) {
  const Dice& dice = alert.dice();
  const std::string process = std::to_string(dice.Of(question) >> 2);
  Json details;
  details["cmdline"] = command;
  details["filename"] = file;
  details["filepath"] = R"(\Device\HarddiskVolume3\Windows\)" + std::string(file);
  details["local_process_id"] = std::to_string(4 * (50 + dice.Below(question + 50, 4000)));
  details["md5"] = dice.Hex(question + 60, 32);
  details["process_graph_id"] = "pid:" + alert.host().DeviceId() + ":" + process;
  details["process_id"] = process;
  details["sha256"] = dice.Hex(question + 70, 64);
  details["timestamp"] = FormatTime(alert.Timestamp() - kMinute, 0);
  details["user_graph_id"] = "uid:" + alert.host().DeviceId() + ":S-1-5-18";
  details["user_id"] = "S-1-5-18";
  details["user_name"] = alert.User();
  return details;
}

void AddProcess(const Alert& alert, Json* record) {
  const Behavior& behavior = alert.behavior();
  const Dice& dice = alert.dice();
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
  out["md5"] = dice.Hex(kMd5, 32);
  // All zeros: the sensor did not compute it.
  out["sha1"] = "0000000000000000000000000000000000000000";
  out["process_id"] = alert.ProcessId();
  out["local_process_id"] = alert.LocalProcessId();
  out["parent_process_id"] = std::to_string(dice.Of(kParent) >> 2);
  out["process_start_time"] = Epoch(alert.Timestamp() - 5 * kSecond);
  out["process_end_time"] = dice.Chance(kParent, 50) ? "0" : Epoch(alert.Timestamp() + kMinute);
  out["tree_id"] = std::to_string(dice.Of(kTree) >> 30);
  out["tree_root"] = std::to_string(dice.Of(kTree + 1) >> 2);
  out["triggering_process_graph_id"] = "pid:" + device_id + ":" + alert.ProcessId();
  out["control_graph_id"] = "ctg:" + device_id + ":" + std::to_string(dice.Of(kTree + 2) >> 30);
  out["indicator_id"] =
      "ind:" + device_id + ":" + alert.ProcessId() + "-" + std::to_string(behavior.pattern_id);
  out["user_name"] = alert.User();
  out["user_id"] =
      "S-1-5-21-1004336348-1177238915-682003330-" + std::to_string(1000 + alert.host().index());
  out["logon_domain"] = dice.Chance(kLogon, 90) ? "CORP" : "";
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
                                       {"md5", alert.dice().Hex(kMd5, 32)},
                                       {"type", "module"}}});
  } else if (story == nullptr && alert.dice().Chance(kIoc, 40)) {
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
  if (story != nullptr ? !story->remote_address.empty() : alert.dice().Chance(kNet, 30)) {
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
  if (alert.behavior().filename == "svchost.exe" || alert.dice().Chance(kNet + 20, 20)) {
    out["files_written"] = Json::array({{{"filename", alert.behavior().filename},
                                         {"filepath", alert.behavior().filepath},
                                         {"timestamp", seconds}}});
  }
  if (alert.dice().Chance(kQuarantine, 15)) {
    out["quarantined_files"] = Json::array({{{"filename", alert.behavior().filepath},
                                             {"id", alert.host().DeviceId() + "_" + alert.Sha256()},
                                             {"sha256", alert.Sha256()},
                                             {"state", "quarantined"}}});
  }
}

}  // namespace

void AddEndpointKeys(const Alert& alert, Json* record) {
  Json& out = *record;
  AddProcess(alert, record);
  AddIndicators(alert, record);
  AddActivity(alert, record);
  const bool blocked = alert.story() == nullptr && alert.dice().Chance(kDisposition, 40);
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
  out["poly_id"] = alert.dice().Hex(kPolicy, 40);
  out["template_instance_id"] = "4";
  if (alert.kind() == AlertKind::kScan) {
    out["scan_id"] = alert.dice().Hex(kPolicy + 10, 32);
    out.erase("parent_details");
    out.erase("grandparent_details");
  }
  if (alert.kind() == AlertKind::kOverwatch)
    out["overwatch_note"] = "Please look at this host at once.";
  if (alert.story() != nullptr || alert.dice().Chance(kPolicy + 20, 5)) {
    out["incident"] = {
        {"id", "inc:" + alert.host().DeviceId() + ":" + alert.dice().Hex(kPolicy + 30, 32)},
        {"created", FormatTime(alert.Created())},
        {"start", FormatTime(alert.Timestamp())},
        {"end", FormatTime(alert.Updated())},
        {"score", "85.5"}};
  }
}

}  // namespace falcon::simulator

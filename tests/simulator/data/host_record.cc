// The full record of the Hosts API, with its habits: everything a string, absent keys left out.
#include <string>

#include "simulator/data/host.h"

namespace falcon::simulator {
namespace {

struct Policy {
  std::string_view key;
  std::string_view type;
};
constexpr std::array<Policy, 6> kPolicies = {{{"prevention", "prevention"},
                                              {"sensor_update", "sensor-update"},
                                              {"device_control", "device-control"},
                                              {"global_config", "globalconfig"},
                                              {"remote_response", "remote-response"},
                                              {"firewall", "firewall"}}};

Json OnePolicy(const Host& host, const Policy& policy, uint64_t number) {
  const Rng& rng = host.rng();
  Json block;
  block["policy_type"] = policy.type;
  // Few policies serve many hosts.
  block["policy_id"] = Rng(7, 7, rng.Below(200 + number, 3)).Hex(number + 1, 32);
  const bool applied = !rng.Chance(220 + number, 5);
  block["applied"] = applied;
  block["settings_hash"] = rng.Hex(240 + number, 8);
  block["assigned_date"] = FormatTime(host.FirstSeen() + 3 * kMinute + 123'456'789, 9);
  block["applied_date"] =
      applied ? Json(FormatTime(host.FirstSeen() + 5 * kMinute + 987'654'321, 9)) : Json(nullptr);
  if (policy.key == "sensor_update") block["uninstall_protection"] = "ENABLED";
  if (policy.key == "prevention") block["rule_groups"] = Json::array();
  if (policy.key == "firewall") block["rule_set_id"] = block["policy_id"];
  return block;
}

enum Question : uint64_t {
  kCloud = 40,
  kPod,
  kSerial,
  kPolicy,
  kBoot,
  kLogin,
  kChassis,
  kInstance,
  kAccount,
  kLogins
};

std::string WithColons(std::string mac) {
  for (char& c : mac) c = c == '-' ? ':' : c;
  return mac;
}

std::string_view ProductTypeNumber(std::string_view description) {
  return description == "Workstation" ? "1" : description == "Domain Controller" ? "2" : "3";
}

// `device_policies`, and the older list `policies`.
Json HostPolicies(const Host& host) {
  Json policies = Json::object();
  for (uint64_t i = 0; i < kPolicies.size(); ++i)
    policies[std::string(kPolicies[i].key)] = OnePolicy(host, kPolicies[i], i);
  return policies;
}

Json HostPolicyList(const Host& host) { return Json::array({OnePolicy(host, kPolicies[0], 0)}); }

}  // namespace

Json Host::Record() const {
  Json record;
  const std::string device_id = DeviceId();
  record["device_id"] = device_id;
  record["cid"] = world_.cid();
  record["agent_load_flags"] = "0";
  record["agent_local_time"] = FormatTime(LastSeen() - 90 * kSecond, 3);
  record["agent_version"] = AgentVersion();
  record["config_id_base"] = "65994763";
  record["config_id_build"] = AgentVersion().substr(5, 5);
  record["config_id_platform"] = "3";
  record["cpu_signature"] = "329300";
  record["cpu_vendor"] = "0";
  record["connection_ip"] = LocalIp();
  record["connection_mac_address"] = Mac();
  record["default_gateway_ip"] = LocalIp().substr(0, LocalIp().rfind('.')) + ".1";
  record["external_ip"] = ExternalIp();
  record["local_ip"] = LocalIp();
  record["mac_address"] = Mac();
  record["hostname"] = Hostname();
  record["first_seen"] = FormatTime(FirstSeen());
  record["last_seen"] = FormatTime(LastSeen());
  record["last_reboot"] = FormatTime(LastSeen() - (1 + rng_.Below(kBoot, 200)) * kHour);
  record["modified_timestamp"] = FormatTime(LastSeen() + 11 * kSecond);
  record["platform_name"] = PlatformName();
  record["os_version"] = OsVersion();
  record["os_product_name"] = std::string(OsVersion());
  record["product_type_desc"] = ProductType();
  record["system_manufacturer"] = Manufacturer();
  record["system_product_name"] = Model();
  record["bios_manufacturer"] =
      Manufacturer() == "VMware, Inc." ? "Phoenix Technologies LTD" : Manufacturer();
  record["bios_version"] = "2.18.0";
  record["serial_number"] = rng_.Hex(kSerial, 12);
  record["status"] = Status();
  record["filesystem_containment_status"] = "normal";
  record["reduced_functionality_mode"] = rng_.Chance(kBoot + 50, 2)   ? "yes"
                                         : rng_.Chance(kBoot + 51, 5) ? ""
                                                                      : "no";
  record["rtr_state"] = "enabled";
  record["provision_status"] = "Provisioned";
  record["detection_suppression_status"] = "unsuppressed";
  record["tags"] = Tags();
  record["groups"] = Groups();
  record["group_hash"] = rng_.Hex(kPolicy + 60, 64);
  record["meta"] = {{"version", std::to_string(1000 + index_)},
                    {"version_string", std::to_string(index_) + ":77"}};
  record["device_policies"] = HostPolicies(*this);
  record["policies"] = HostPolicyList(*this);
  record["chassis_type"] = "3";
  record["chassis_type_desc"] = "Desktop";
  record["pointer_size"] = "8";
  record["kernel_version"] =
      platform() == Platform::kLinux ? "5.15.0-112-generic" : "10.0.20348.2527";
  record["last_login_user"] = LastUser();
  record["last_login_timestamp"] = FormatTime(LastSeen() - rng_.Below(kLogin, 72) * kHour);
  if (hidden()) record["host_hidden_status"] = "hidden";
  // A key no specification names: readers keep or skip it, and never fail on it.
  if (rng_.Chance(kChassis, 30)) record["sensor_health_score_v2"] = 0.75;
  AddPlatformKeys(&record);
  AddCloudKeys(&record);
  return record;
}

void Host::AddPlatformKeys(Json* record) const {
  if (!Domain().empty()) (*record)["machine_domain"] = Domain();
  switch (platform()) {
    case Platform::kWindows:
      (*record)["platform_id"] = "0";
      (*record)["product_type"] = ProductTypeNumber(ProductType());
      (*record)["major_version"] = "10";
      (*record)["minor_version"] = "0";
      (*record)["build_number"] = "20348";
      (*record)["os_build"] = "20348";
      (*record)["ou"] = Units();
      (*record)["site_name"] = SiteName();
      (*record)["service_pack_major"] = "0";
      (*record)["service_pack_minor"] = "0";
      (*record)["last_login_user_sid"] =
          "S-1-5-21-1004336348-1177238915-682003330-" + std::to_string(1000 + index_);
      break;
    case Platform::kLinux:
      (*record)["platform_id"] = "3";
      (*record)["major_version"] = "5";
      (*record)["minor_version"] = "15";
      (*record)["linux_sensor_mode"] = rng_.Chance(kPod + 70, 80) ? "User Mode" : "Kernel Mode";
      (*record)["deployment_type"] = "Standard";
      break;
    case Platform::kMac:
      (*record)["platform_id"] = "1";
      (*record)["major_version"] = "24";
      (*record)["minor_version"] = "5";
      (*record)["os_build"] = "24F74";
      break;
  }
}

void Host::AddCloudKeys(Json* record) const {
  if (Story() || platform() == Platform::kMac) return;
  if (rng_.Chance(kCloud, 25)) {
    (*record)["service_provider"] = "AWS_EC2_V2";
    (*record)["service_provider_account_id"] =
        std::to_string(100'000'000'000 + rng_.Below(kAccount, 9));
    (*record)["instance_id"] = "i-0" + rng_.Hex(kInstance, 16);
    (*record)["zone_group"] = "eu-central-1a";
  }
  if (platform() == Platform::kLinux && rng_.Chance(kPod, 20)) {
    (*record)["deployment_type"] = "DaemonSet";
    (*record)["k8s_cluster_id"] = rng_.Uuid(kPod + 80);
    (*record)["pod_name"] = "falcon-sensor-" + rng_.Hex(kPod + 90, 5);
    (*record)["pod_namespace"] = "falcon-system";
    (*record)["pod_labels"] = Json::array({"app:falcon-sensor", "tier:node"});
    (*record)["pod_annotations"] = nullptr;
  }
}

Json Host::AlertBlock() const {
  Json block;
  block["device_id"] = DeviceId();
  block["cid"] = world_.cid();
  block["agent_load_flags"] = "1";
  block["agent_local_time"] = FormatTime(LastSeen() - 90 * kSecond, 3);
  block["agent_version"] = AgentVersion();
  block["bios_manufacturer"] = Manufacturer();
  block["bios_version"] = "2.18.0";
  block["config_id_base"] = "65994763";
  block["config_id_build"] = AgentVersion().substr(5, 5);
  block["config_id_platform"] = "3";
  block["external_ip"] = ExternalIp();
  block["first_seen"] = FormatTime(FirstSeen());
  block["groups"] = Groups();
  block["hostname"] = Hostname();
  block["last_seen"] = FormatTime(LastSeen());
  block["local_ip"] = LocalIp();
  block["mac_address"] = Mac();
  block["major_version"] = "10";
  block["minor_version"] = "0";
  block["modified_timestamp"] = FormatTime(LastSeen() + 11 * kSecond, 3);
  block["os_version"] = OsVersion();
  block["platform_id"] = platform() == Platform::kWindows ? "0"
                         : platform() == Platform::kMac   ? "1"
                                                          : "3";
  block["platform_name"] = PlatformName();
  block["pod_labels"] = nullptr;
  block["product_type"] = ProductTypeNumber(ProductType());
  block["product_type_desc"] = ProductType();
  block["status"] = Status();
  block["system_manufacturer"] = Manufacturer();
  block["system_product_name"] = Model();
  block["tags"] = Tags();
  const std::vector<std::string> units = Units();
  block["ou"] = units.empty() ? Json(nullptr) : Json(units);
  block["machine_domain"] = Domain();
  block["site_name"] = SiteName();
  block["hostinfo"] = {{"active_directory_dn_display", units}, {"domain", ""}};
  return block;
}

uint32_t Host::Logins() const { return 1 + rng_.Below(kLogins, 12); }

Host::Login Host::LoginAt(uint32_t nth) const {
  return {LastSeen() - nth * 11 * kHour - rng_.Below(kLogins + 100 + nth, 3600) * kSecond,
          nth % 3 == 2 ? "administrator" : LastUser()};
}

Json Host::LoginHistory(Nanos from, Nanos to, size_t limit) const {
  Json logins = Json::array();
  const uint32_t count = Logins();
  for (uint32_t i = 0; i < count && logins.size() < limit; ++i) {
    const auto [when, user] = LoginAt(i);
    if (when < from || when > to) continue;
    logins.push_back({{"login_time", FormatTime(when)}, {"user_name", user}});
  }
  return {{"cid", world_.cid()}, {"device_id", DeviceId()}, {"recent_logins", logins}};
}

Json Host::AddressHistory() const {
  Json history = Json::array();
  history.push_back(
      {{"ip_address", LocalIp()}, {"mac_address", Mac()}, {"timestamp", FormatTime(LastSeen())}});
  if (!Story()) {
    history.push_back({{"ip_address", "10.254." + std::to_string(index_ / 250 % 250) + "." +
                                          std::to_string(1 + index_ % 250)},
                       {"mac_address", WithColons(Mac())},
                       {"timestamp", FormatTime(FirstSeen() + kDay)}});
  }
  return {{"cid", world_.cid()}, {"device_id", DeviceId()}, {"history", history}};
}

}  // namespace falcon::simulator

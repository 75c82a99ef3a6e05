// The policy blocks of a host record.
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
  const Dice& dice = host.dice();
  Json block;
  block["policy_type"] = policy.type;
  // Few policies serve many hosts.
  block["policy_id"] = Dice(7, 7, dice.Below(200 + number, 3)).Hex(number + 1, 32);
  const bool applied = !dice.Chance(220 + number, 5);
  block["applied"] = applied;
  block["settings_hash"] = dice.Hex(240 + number, 8);
  block["assigned_date"] = FormatTime(host.FirstSeen() + 3 * kMinute + 123'456'789, 9);
  block["applied_date"] =
      applied ? Json(FormatTime(host.FirstSeen() + 5 * kMinute + 987'654'321, 9)) : Json(nullptr);
  if (policy.key == "sensor_update") block["uninstall_protection"] = "ENABLED";
  if (policy.key == "prevention") block["rule_groups"] = Json::array();
  if (policy.key == "firewall") block["rule_set_id"] = block["policy_id"];
  return block;
}

}  // namespace

Json HostPolicies(const Host& host) {
  Json policies = Json::object();
  for (uint64_t i = 0; i < kPolicies.size(); ++i)
    policies[std::string(kPolicies[i].key)] = OnePolicy(host, kPolicies[i], i);
  return policies;
}

Json HostPolicyList(const Host& host) { return Json::array({OnePolicy(host, kPolicies[0], 0)}); }

}  // namespace falcon::simulator

// Alerts without a device block: identity, correlation rules, third parties and automated leads.
#include <string>

#include "simulator/data/alert.h"

namespace falcon::simulator {
namespace {

enum Question : uint64_t { kSid = 500, kGuid, kLead, kRule, kEvent, kUpn };

}  // namespace

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
  out["source_account_object_guid"] = alert.dice().Uuid(kGuid);
  out["source_endpoint_host_name"] = host.Hostname();
  out["source_endpoint_address_ip4"] = host.LocalIp();
  out["source_endpoint_ip_address"] = host.LocalIp();
  out["source_endpoint_sensor_id"] = host.DeviceId();
  out["target_endpoint_host_name"] = "DC-01";
  out["target_domain_controller_host_name"] = "DC-01";
  out["target_account_name"] = "";
  // Codes are numbers in strings here.
  out["activity_id"] = alert.dice().Hex(kSid, 16);
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
    out["lead_id"] = alert.dice().Hex(kLead, 32);
    out["lead_type"] = "automated-lead";
    out["score"] = 80;
    out["signal_start_timestamp"] = FormatTime(alert.Timestamp() - kHour, 9);
    out["signal_end_timestamp"] = FormatTime(alert.Timestamp(), 9);
    out["enriched_entities"] = Json::object();
    out["threatgraph_indicators"] =
        Json::array({{{"description", "Related indicator"},
                      {"host_id", host.DeviceId()},
                      {"hostname", host.Hostname()},
                      {"indicator_id", alert.dice().Hex(kLead + 20, 32)},
                      {"pattern_id", 10197}}});
    return;
  }
  out["correlation_rule_id"] = alert.dice().Hex(kRule, 32);
  out["correlation_rule_execution_id"] = alert.dice().Hex(kRule + 20, 32);
  out["event_ids"] =
      "evt-" + alert.dice().Hex(kEvent, 12) + ",evt-" + alert.dice().Hex(kEvent + 20, 12);
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

}  // namespace falcon::simulator

// The FQL fields of cases, which are not named as the record's keys, and their values.
#include <algorithm>
#include <array>

#include "simulator/data/case.h"

namespace falcon::simulator {
namespace {

using enum fql::FieldType;
using fql::Instant;
using fql::Value;

// Sorted by name. Those without a path that is their name are answered below.
constexpr std::array kFields = std::to_array<fql::Field>({
    {"aids", kArray, "analysis_results.hosts.records.aid"},
    {"alerts", kArray, "evidence.alerts.records.selector.id"},
    {"all_text", kArray},
    {"assigned_to_name", kText, "assigned_to.full_name"},
    {"assigned_to_userid", kText, "assigned_to.email", true},
    {"assigned_to_uuid", kText, "assigned_to.uuid"},
    {"case_template_id", kText, "template.id"},
    {"case_template_name", kText, "template.name"},
    {"cid", kText},
    {"cloud_account_ids", kArray, "analysis_results.cloud_assets.records.account_id"},
    {"cloud_availability_zones", kArray, "analysis_results.cloud_assets.records.availability_zone"},
    {"cloud_instance_ids", kArray, "analysis_results.hosts.records.cloud_instance_id"},
    {"cloud_providers", kArray, "analysis_results.cloud_assets.records.cloud_provider"},
    {"cloud_regions", kArray, "analysis_results.cloud_assets.records.region"},
    {"cloud_service_names", kArray},
    {"command_lines", kArray},
    {"created_by", kText, "created_by.email"},
    {"created_timestamp", kTime},
    {"data_domains", kArray, "analysis_results.data_domains"},
    {"description", kText},
    {"email_addresses", kArray, "analysis_results.users.records.email_addresses"},
    {"events", kArray, "evidence.events.records.selector.id"},
    {"file_names", kArray, "analysis_results.files.records.filename"},
    {"hostnames", kArray, "analysis_results.hosts.records.hostname"},
    {"id", kText},
    {"image_file_names", kArray},
    {"ips", kArray},
    {"md5s", kArray, "analysis_results.files.records.md5"},
    {"modified_by", kText, "last_updated_by.email"},
    {"name", kText},
    {"reference_id", kText},
    {"severity", kNumber},
    {"sha256s", kArray, "analysis_results.files.records.sha256"},
    {"sla_active_timer.status", kText, "sla.active_timer_status"},
    {"sla_active_timer_time_due", kText, "sla.active_timer_time_due"},
    {"sla_name", kText, "sla.name"},
    {"source_products", kArray},
    {"source_vendors", kArray},
    {"status", kText},
    {"tactic_ids", kArray},
    {"tactics", kArray},
    {"tags", kArray},
    {"technique_ids", kArray},
    {"techniques", kArray},
    {"updated_timestamp", kTime},
    {"usernames", kArray, "analysis_results.users.records.username"},
});

constexpr fql::Schema kSchema = {kFields, {}, fql::Stars::kAnywhere, true, false, true};

using Texts = std::vector<std::string>;

Value Present(Texts list) {
  list.erase(std::remove(list.begin(), list.end(), ""), list.end());
  return list.empty() ? Value() : Value(std::move(list));
}

Texts OfHosts(const Case& a_case, std::string (*get)(const Host&)) {
  Texts list;
  for (const uint32_t host : a_case.Hosts()) list.push_back(get(Host(a_case.world(), host)));
  return list;
}

Texts OfBehaviors(const Case& a_case, std::string_view Behavior::* part) {
  Texts list;
  for (const Alert& alert : a_case.Alerts()) list.emplace_back(alert.behavior().*part);
  return list;
}

Texts Joined(Texts list, const Texts& more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

// The words of what cases are searched through.
Texts Words(const std::string& text) {
  Texts words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string TextOf(const Case& a_case) {
  std::string text = a_case.ReferenceId() + " " + a_case.Name() + " " + a_case.Description();
  for (const Texts& list :
       {a_case.Tags(), a_case.Users(), OfHosts(a_case, [](const Host& h) { return h.Hostname(); }),
        OfBehaviors(a_case, &Behavior::filename), OfBehaviors(a_case, &Behavior::cmdline)}) {
    for (const std::string& part : list) text.append(" ").append(part);
  }
  return text;
}

struct ShortCut {
  std::string_view name;
  Value (*get)(const Case&);
};

// Sorted by name. Those whose value the record holds too must say what it says; a test compares
// them.
constexpr auto kShortCuts = std::to_array<ShortCut>({
    {"aids",
     [](const Case& c) { return Present(OfHosts(c, [](const Host& h) { return h.DeviceId(); })); }},
    {"all_text", [](const Case& c) { return Present(Words(TextOf(c))); }},
    {"assigned_to_name",
     [](const Case& c) { return c.Assignee() ? Value(c.Assignee()->full_name) : Value(); }},
    {"assigned_to_uuid",
     [](const Case& c) { return c.Assignee() ? Value(c.Assignee()->uuid) : Value(); }},
    {"command_lines", [](const Case& c) { return Present(OfBehaviors(c, &Behavior::cmdline)); }},
    {"created_timestamp", [](const Case& c) { return Value(Instant{c.Created()}); }},
    {"hostnames",
     [](const Case& c) { return Present(OfHosts(c, [](const Host& h) { return h.Hostname(); })); }},
    {"id", [](const Case& c) { return Value(c.Id()); }},
    {"image_file_names",
     [](const Case& c) { return Present(OfBehaviors(c, &Behavior::filepath)); }},
    {"ips",
     [](const Case& c) {
       return Present(Joined(OfHosts(c, [](const Host& h) { return h.LocalIp(); }),
                             OfHosts(c, [](const Host& h) { return h.ExternalIp(); })));
     }},
    {"name", [](const Case& c) { return Value(c.Name()); }},
    {"reference_id", [](const Case& c) { return Value(c.ReferenceId()); }},
    {"severity", [](const Case& c) { return Value(double(c.Severity())); }},
    {"source_products", [](const Case&) { return Value(Texts{"Falcon Insight"}); }},
    {"source_vendors", [](const Case&) { return Value(Texts{"CrowdStrike"}); }},
    {"status", [](const Case& c) { return Value(std::string(c.Status())); }},
    {"tactic_ids", [](const Case& c) { return Present(OfBehaviors(c, &Behavior::tactic_id)); }},
    {"tactics", [](const Case& c) { return Present(OfBehaviors(c, &Behavior::tactic)); }},
    {"tags", [](const Case& c) { return Present(c.Tags()); }},
    {"technique_ids",
     [](const Case& c) { return Present(OfBehaviors(c, &Behavior::technique_id)); }},
    {"techniques", [](const Case& c) { return Present(OfBehaviors(c, &Behavior::technique)); }},
    {"updated_timestamp", [](const Case& c) { return Value(Instant{c.Updated()}); }},
    {"usernames", [](const Case& c) { return Present(c.Users()); }},
});

}  // namespace

const fql::Schema& CaseCollection::schema() const { return kSchema; }

Json CaseCollection::Record(uint32_t row) const {
  Json record = Case(world_, row).Record();
  if (world_.corrupt_every() != 0 && row % world_.corrupt_every() == world_.corrupt_every() - 1) {
    record["tags"] = {{"unexpected", "object"}};
    record["severity"] = "grave";
    record["analysis_results"] = Json::array();
  }
  return record;
}

Value CaseCollection::Get(uint32_t row, const fql::Field& field) const {
  const Case a_case(world_, row);
  const auto found =
      std::lower_bound(kShortCuts.begin(), kShortCuts.end(), field.name,
                       [](const ShortCut& cut, std::string_view key) { return cut.name < key; });
  if (found != kShortCuts.end() && found->name == field.name) return found->get(a_case);
  return ValueAt(a_case.Record(), field.path.empty() ? field.name : field.path, field.type);
}

std::string CaseCollection::FreeText(uint32_t row) const { return TextOf(Case(world_, row)); }

}  // namespace falcon::simulator

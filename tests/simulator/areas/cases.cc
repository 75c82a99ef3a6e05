// Cases: fields, rows and the Cases API, with attached files, SLAs and templates.
#include <algorithm>

#include "simulator/api/paging.h"
#include "simulator/areas/area.h"
#include "simulator/data/case.h"
#include "simulator/data/case_settings.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;
using enum fql::FieldType;

constexpr SizeFlag kSizes[] = {
    {"cases", "Number of cases; the first is the story's", 500, 0, 1'000'000}};

// FQL's names are not the record's keys. Fields without a path that are no key have a short cut.
constexpr auto kFields = fql::SortedFields(
    fql::Texts("cid", "description", "id", "name", "reference_id", "status"),
    fql::Numbers("severity"), fql::Times("created_timestamp", "updated_timestamp"),
    fql::Arrays("all_text", "cloud_service_names", "command_lines", "image_file_names", "ips",
                "source_products", "source_vendors", "tactic_ids", "tactics", "tags",
                "technique_ids", "techniques"),
    std::to_array<Field>(
        {{"aids", kArray, "analysis_results.hosts.records.aid"},
         {"alerts", kArray, "evidence.alerts.records.selector.id"},
         {"assigned_to_name", kText, "assigned_to.full_name"},
         {"assigned_to_userid", kText, "assigned_to.email", true},
         {"assigned_to_uuid", kText, "assigned_to.uuid"},
         {"case_template_id", kText, "template.id"},
         {"case_template_name", kText, "template.name"},
         {"cloud_account_ids", kArray, "analysis_results.cloud_assets.records.account_id"},
         {"cloud_availability_zones", kArray,
          "analysis_results.cloud_assets.records.availability_zone"},
         {"cloud_instance_ids", kArray, "analysis_results.hosts.records.cloud_instance_id"},
         {"cloud_providers", kArray, "analysis_results.cloud_assets.records.cloud_provider"},
         {"cloud_regions", kArray, "analysis_results.cloud_assets.records.region"},
         {"created_by", kText, "created_by.email"},
         {"data_domains", kArray, "analysis_results.data_domains"},
         {"email_addresses", kArray, "analysis_results.users.records.email_addresses"},
         {"events", kArray, "evidence.events.records.selector.id"},
         {"file_names", kArray, "analysis_results.files.records.filename"},
         {"hostnames", kArray, "analysis_results.hosts.records.hostname"},
         {"md5s", kArray, "analysis_results.files.records.md5"},
         {"modified_by", kText, "last_updated_by.email"},
         {"sha256s", kArray, "analysis_results.files.records.sha256"},
         {"sla_active_timer.status", kText, "sla.active_timer_status"},
         {"sla_active_timer_time_due", kText, "sla.active_timer_time_due"},
         {"sla_name", kText, "sla.name"},
         {"usernames", kArray, "analysis_results.users.records.username"}}));
constexpr fql::Schema kSchema = {kFields, {}, fql::Stars::kAnywhere, true, false, true};

using Texts = std::vector<std::string>;

Value PresentTexts(Texts list) {
  list.erase(std::remove(list.begin(), list.end(), ""), list.end());
  return list.empty() ? Value() : Value(std::move(list));
}

template <auto fact>
Texts OfHosts(const Case& a_case) {
  Texts list;
  for (const uint32_t host : a_case.Hosts()) list.push_back((Host(a_case.world(), host).*fact)());
  return list;
}

template <auto part>
Texts OfBehaviors(const Case& a_case) {
  Texts list;
  for (const Alert& alert : a_case.Alerts()) list.emplace_back(alert.behavior().*part);
  return list;
}

template <Texts (*texts)(const Case&)>
Value Get(const Case& a_case) {
  return PresentTexts(texts(a_case));
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
       {a_case.Tags(), a_case.Users(), OfHosts<&Host::Hostname>(a_case),
        OfBehaviors<&Behavior::filename>(a_case), OfBehaviors<&Behavior::cmdline>(a_case)}) {
    for (const std::string& part : list) text.append(" ").append(part);
  }
  return text;
}

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<Case>>({
    {"aids", Get<OfHosts<&Host::DeviceId>>},
    {"all_text", [](const Case& c) { return PresentTexts(Words(TextOf(c))); }},
    {"assigned_to_name",
     [](const Case& c) { return c.Assignee() ? Value(c.Assignee()->full_name) : Value(); }},
    {"assigned_to_uuid",
     [](const Case& c) { return c.Assignee() ? Value(c.Assignee()->uuid) : Value(); }},
    {"command_lines", Get<OfBehaviors<&Behavior::cmdline>>},
    {"created_timestamp", [](const Case& c) { return Value(Instant{c.Created()}); }},
    {"hostnames", Get<OfHosts<&Host::Hostname>>},
    {"id", [](const Case& c) { return Value(c.Id()); }},
    {"image_file_names", Get<OfBehaviors<&Behavior::filepath>>},
    {"ips",
     [](const Case& c) {
       return PresentTexts(Joined(OfHosts<&Host::LocalIp>(c), OfHosts<&Host::ExternalIp>(c)));
     }},
    {"name", [](const Case& c) { return Value(c.Name()); }},
    {"reference_id", [](const Case& c) { return Value(c.ReferenceId()); }},
    {"severity", [](const Case& c) { return Value(double(c.Severity())); }},
    {"source_products", [](const Case&) { return Value(Texts{"Falcon Insight"}); }},
    {"source_vendors", [](const Case&) { return Value(Texts{"CrowdStrike"}); }},
    {"status", [](const Case& c) { return Value(std::string(c.Status())); }},
    {"tactic_ids", Get<OfBehaviors<&Behavior::tactic_id>>},
    {"tactics", Get<OfBehaviors<&Behavior::tactic>>},
    {"tags", [](const Case& c) { return PresentTexts(c.Tags()); }},
    {"technique_ids", Get<OfBehaviors<&Behavior::technique_id>>},
    {"techniques", Get<OfBehaviors<&Behavior::technique>>},
    {"updated_timestamp", [](const Case& c) { return Value(Instant{c.Updated()}); }},
    {"usernames", [](const Case& c) { return PresentTexts(c.Users()); }},
});

class CaseCollection : public Collection {
 public:
  explicit CaseCollection(const World& world) : world_(world) {}

  std::string_view name() const override { return "cases"; }
  const fql::Schema& schema() const override { return kSchema; }
  uint32_t last_row() const override { return world_.cases(); }
  std::string Id(uint32_t row) const override { return Case(world_, row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    return Case::IndexOf(world_, id);
  }
  Json Record(uint32_t row) const override {
    Json record = Case(world_, row).Record();
    if (world_.Corrupt(row)) {
      record["tags"] = {{"unexpected", "object"}};
      record["severity"] = "grave";
      record["analysis_results"] = Json::array();
    }
    return record;
  }
  Value Get(uint32_t row, const Field& field) const override {
    const Case a_case(world_, row);
    return ValueBy(kShortCuts, a_case, field, [&] { return a_case.Record(); });
  }
  std::string FreeText(uint32_t row) const override { return TextOf(Case(world_, row)); }

 private:
  const World& world_;
};

constexpr std::string_view kService = "cases-api";
constexpr std::string_view kFiles = "case-files-api";
constexpr std::string_view kManagement = "case-management-api";
// Not documented; a public client sends up to 500.
constexpr size_t kMaxIds = 500;

constexpr PageRules kCaseRules = {.service = kService,
                                  .default_sort = "created_timestamp.desc",
                                  .max_limit = 10'000,
                                  .min_limit = 0,
                                  .max_window = 10'000};
constexpr PageRules kFileRules = {
    .service = kFiles, .default_sort = "id.asc", .default_limit = 10, .max_limit = 10};
constexpr PageRules kSettingRules = {
    .service = kManagement, .default_sort = "name.asc", .max_limit = 200};

constexpr std::string_view kWrites[] = {
    "PATCH /case-files/entities/file-details/v1",
    "POST /case-files/entities/files/upload/v1",
    "DELETE /case-files/entities/files/v1",
    "POST /case-files/entities/get-rtr-file-metadata/v1",
    "POST /case-files/entities/retrieve-rtr-file/v1",
    "POST /case-files/entities/retrieve-rtr-recent-file/v1",
    "POST /casemgmt/entities/notification-groups/v1",
    "PATCH /casemgmt/entities/notification-groups/v1",
    "DELETE /casemgmt/entities/notification-groups/v1",
    "POST /casemgmt/entities/notification-groups/v2",
    "PATCH /casemgmt/entities/notification-groups/v2",
    "DELETE /casemgmt/entities/notification-groups/v2",
    "POST /casemgmt/entities/slas/v1",
    "PATCH /casemgmt/entities/slas/v1",
    "DELETE /casemgmt/entities/slas/v1",
    "POST /casemgmt/entities/templates/import/v1",
    "POST /casemgmt/entities/templates/v1",
    "PATCH /casemgmt/entities/templates/v1",
    "DELETE /casemgmt/entities/templates/v1",
    "POST /cases/entities/alert-evidence/v1",
    "POST /cases/entities/case-tags/v1",
    "DELETE /cases/entities/case-tags/v1",
    "PUT /cases/entities/cases/v2",
    "PATCH /cases/entities/cases/v2",
    "POST /cases/entities/event-evidence/v1",
    "POST /cases/entities/merge/v1",
};

class CasesArea : public Area {
 public:
  explicit CasesArea(Store& store)
      : store_(store),
        cases_(store.world),
        attachments_(store.world),
        slas_(store.world),
        templates_(store.world) {}

  std::vector<const Collection*> collections() const override {
    return {&cases_, &attachments_, &slas_, &templates_};
  }
  void AddRoutes(Routes* routes) override;

 private:
  Reply TemplateEntities(const Call& call);

  Store& store_;
  CaseCollection cases_;
  AttachmentCollection attachments_;
  SlaCollection slas_;
  TemplateCollection templates_;
};

void CasesArea::AddRoutes(Routes* routes) {
  constexpr std::string_view kCasesRead = "Cases:read";
  constexpr std::string_view kTemplatesRead = "Case Templates:read";
  const auto queries = [=, this](std::string_view path, std::string_view scope,
                                 const Collection& rows, const PageRules& rules) {
    routes->Read(path, scope,
                 [&, this](const Call& call) { return IdsByOffset(store_, call, rows, rules); });
  };
  const auto entities = [=, this](std::string_view path, std::string_view scope,
                                  const Collection& rows, std::string_view service) {
    routes->Read(path, scope, [=, this, &rows](const Call& call) {
      return RecordsByIds(store_, call, rows, IdsOfQuery(call), {service, kMaxIds});
    });
  };
  queries("GET /cases/queries/cases/v1", kCasesRead, cases_, kCaseRules);
  routes->Read("POST /cases/entities/cases/v2", kCasesRead, [this](const Call& call) {
    return RecordsByIds(store_, call, cases_, IdsOfBody(call), {kService, kMaxIds});
  });
  queries("GET /case-files/queries/file-details/v1", kCasesRead, attachments_, kFileRules);
  entities("GET /case-files/entities/file-details/v1", kCasesRead, attachments_, kFiles);
  routes->Read("GET /case-files/combined/file-details/v1", kCasesRead, [this](const Call& call) {
    return RecordsByOffset(store_, call, attachments_, kFileRules);
  });
  queries("GET /casemgmt/queries/slas/v1", kTemplatesRead, slas_, kSettingRules);
  entities("GET /casemgmt/entities/slas/v1", kTemplatesRead, slas_, kManagement);
  queries("GET /casemgmt/queries/templates/v1", kTemplatesRead, templates_, kSettingRules);
  routes->Read("GET /casemgmt/entities/templates/v1", kTemplatesRead,
               [this](const Call& call) { return TemplateEntities(call); });
  routes->Add(Guard::kWrite, kWrites);
}

Reply CasesArea::TemplateEntities(const Call& call) {
  const bool access = call.request.Param("with_has_access").value_or("false") == "true";
  const auto render = [this, access](uint32_t row) {
    Json record = templates_.Record(row);
    if (!access) record.erase("has_access");
    return ToText(record);
  };
  return RecordsByIds(store_, call, templates_, IdsOfQuery(call), {kManagement, kMaxIds}, render);
}

}  // namespace

extern const AreaType kCases;
const AreaType kCases = {kSizes, MakeArea<CasesArea>};

}  // namespace falcon::simulator

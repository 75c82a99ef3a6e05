// Vulnerabilities: fields, rows and the Spotlight API, with remediations and evaluation logic.
#include <optional>
#include <utility>

#include "simulator/api/paging.h"
#include "simulator/areas/area.h"
#include "simulator/data/vulnerability.h"

namespace falcon::simulator {
namespace {

using fql::Field;
using fql::Instant;
using fql::Value;
using enum fql::FieldType;

constexpr SizeFlag kSizes[] = {{"vulnerabilities", "Number of vulnerabilities", 20'000}};

constexpr auto kFields = fql::SortedFields(
    fql::Texts("aid", "cid", "confidence", "cve.cps_rating", "cve.exploit_status",
               "cve.exprt_rating", "cve.id", "cve.remediation_level", "cve.severity",
               "host_info.asset_criticality", "host_info.instance_state",
               "host_info.internet_exposure", "host_info.managed_by", "host_info.product_type_desc",
               "status", "suppression_info.reason", "vulnerability_id"),
    fql::Numbers("cve.base_score"),
    fql::Times("closed_timestamp", "created_timestamp", "data_providers.scan_time",
               "updated_timestamp"),
    fql::Booleans("host_info.has_run_container", "suppression_info.is_suppressed"),
    fql::Arrays("apps.remediation.ids", "cve.cwes", "cve.types", "data_providers.ports",
                "data_providers.provider", "data_providers.rating", "data_providers.scanner_id",
                "host_info.asset_roles", "host_info.tags", "host_info.third_party_asset_ids",
                "last_seen_within", "services.port", "services.protocol", "services.transport"),
    std::to_array<Field>({{"cve.exploit_status_to_include", kText, "cve.exploit_status"},
                          {"cve.is_cisa_kev", kBoolean, "cve.cisa_info.is_cisa_kev"},
                          {"host_info.groups", kArray, "host_info.groups.id"},
                          {"host_info.platform_name", kText, "host_info.platform"}}));
constexpr fql::Schema kSchema = {
    .fields = kFields, .opens = {}, .bare_star = false, .insensitive_twins = true};

Value Text(std::string_view text) { return Value(std::string(text)); }

using V = Vulnerability;

// Sorted by name.
constexpr auto kShortCuts = std::to_array<ShortCut<Vulnerability>>({
    {"aid", [](const V& v) { return Value(v.host().DeviceId()); }},
    {"apps.remediation.ids", [](const V& v) { return Value(v.RemediationIds()); }},
    {"cid", [](const V& v) { return Value(v.world().cid()); }},
    {"closed_timestamp",
     [](const V& v) { return v.Closed() ? Value(Instant{*v.Closed()}) : Value(); }},
    {"confidence", [](const V& v) { return Text(v.Confidence()); }},
    {"created_timestamp", [](const V& v) { return Value(Instant{v.Created()}); }},
    {"cve.base_score",
     [](const V& v) { return v.cve().base_score ? Value(*v.cve().base_score) : Value(); }},
    {"cve.cps_rating", [](const V&) { return Value(); }},
    {"cve.exploit_status",
     [](const V& v) { return Value(std::to_string(v.cve().exploit_status)); }},
    {"cve.exploit_status_to_include",
     [](const V& v) { return Value(std::to_string(v.cve().exploit_status)); }},
    {"cve.exprt_rating", [](const V& v) { return Text(v.cve().exprt_rating); }},
    {"cve.id", [](const V& v) { return Value(v.cve().id); }},
    {"cve.is_cisa_kev", [](const V& v) { return Value(v.cve().kev); }},
    {"cve.remediation_level", [](const V& v) { return Text(v.cve().remediation_level); }},
    {"cve.severity", [](const V& v) { return Text(v.cve().severity); }},
    {"host_info.asset_criticality", [](const V& v) { return Text(v.AssetCriticality()); }},
    {"host_info.groups", [](const V& v) { return Present(v.host().Groups()); }},
    {"host_info.has_run_container", [](const V& v) { return Value(v.HasRunContainer()); }},
    {"host_info.internet_exposure", [](const V& v) { return Text(v.InternetExposure()); }},
    {"host_info.managed_by", [](const V&) { return Text("Falcon sensor"); }},
    {"host_info.platform_name", [](const V& v) { return Text(v.host().PlatformName()); }},
    {"host_info.product_type_desc", [](const V& v) { return Text(v.host().ProductType()); }},
    {"host_info.tags", [](const V& v) { return Present(v.host().Tags()); }},
    {"last_seen_within", [](const V& v) { return Present(v.SeenWithin()); }},
    {"status", [](const V& v) { return Text(v.Status()); }},
    {"suppression_info.is_suppressed", [](const V& v) { return Value(v.Suppressed()); }},
    {"suppression_info.reason",
     [](const V& v) { return v.Suppressed() ? Text(v.SuppressionReason()) : Value(); }},
    {"updated_timestamp", [](const V& v) { return Value(Instant{v.Updated()}); }},
    {"vulnerability_id", [](const V& v) { return Value(v.cve().id); }},
});

// Holds the catalogue of CVEs and nothing of its rows.
class VulnerabilityCollection : public Collection {
 public:
  VulnerabilityCollection(const World& world, uint32_t count)
      : world_(world), catalogue_(world), count_(count) {}

  const CveCatalogue& catalogue() const { return catalogue_; }
  Vulnerability At(uint32_t row) const { return {world_, catalogue_, row}; }
  // The row of an evaluation's id.
  std::optional<uint32_t> FindEvaluation(std::string_view id) const {
    const std::optional<uint32_t> row = Vulnerability::IndexIn(id);
    return row && Lives(*row) && At(*row).EvaluationId() == id ? row : std::nullopt;
  }

  std::string_view name() const override { return "vulnerabilities"; }
  const fql::Schema& schema() const override { return kSchema; }
  uint32_t last_row() const override { return count_; }
  std::string Id(uint32_t row) const override { return At(row).Id(); }
  std::optional<uint32_t> Find(std::string_view id) const override {
    const std::optional<uint32_t> row = Vulnerability::IndexIn(id);
    return row && Lives(*row) && At(*row).Id() == id ? row : std::nullopt;
  }
  // With all blocks.
  Json Record(uint32_t row) const override {
    std::string text;
    At(row).Write(Facets::All(), &text);
    return Json::parse(text);
  }
  Value Get(uint32_t row, const Field& field) const override {
    return ValueBy(kShortCuts, At(row), field, [&] { return Record(row); });
  }
  std::string FreeText(uint32_t row) const override { return At(row).host().Hostname(); }

 private:
  const World& world_;
  CveCatalogue catalogue_;
  uint32_t count_;
};

constexpr std::string_view kService = "spapi";
constexpr size_t kMaxIds = 400;

PageRules Rules(int64_t max_limit) {
  return {.service = kService,
          .default_sort = "created_timestamp|asc",
          .default_limit = 100,
          .max_limit = max_limit,
          .filter_required = true,
          .empty_after = true};
}

// Spotlight refuses every star, wherever it stands.
std::optional<Reply> RefuseStar(const Call& call) {
  const std::string_view filter = call.request.Param("filter").value_or("");
  if (filter.find('*') == std::string_view::npos) return std::nullopt;
  return Failure(call, kService, 400, "invalid filter: wildcard '*' is not supported");
}

// Nothing when a facet is none.
std::optional<Facets> FacetsOf(const Request& request) {
  Facets facets;
  for (const auto& [name, value] : request.query) {
    if (name != "facet") continue;
    bool* facet = value == "host_info"          ? &facets.host_info
                  : value == "cve"              ? &facets.cve
                  : value == "remediation"      ? &facets.remediation
                  : value == "evaluation_logic" ? &facets.evaluation_logic
                                                : nullptr;
    if (facet == nullptr) return std::nullopt;
    *facet = true;
  }
  return facets;
}

Render WithFacets(const VulnerabilityCollection& vulnerabilities, Facets facets) {
  return [&vulnerabilities, facets](uint32_t row) {
    std::string text;
    vulnerabilities.At(row).Write(facets, &text);
    return text;
  };
}

std::optional<Reply> RefuseIds(const Call& call, const std::vector<std::string>& ids) {
  if (ids.empty()) return Failure(call, kService, 400, "ids must hold at least one id");
  if (ids.size() <= kMaxIds) return std::nullopt;
  return Failure(call, kService, 400, "too many ids: at most 400 are allowed");
}

class VulnerabilitiesArea : public Area {
 public:
  explicit VulnerabilitiesArea(Store& store)
      : store_(store), vulnerabilities_(store.world, store.Size("vulnerabilities")) {}

  std::vector<const Collection*> collections() const override { return {&vulnerabilities_}; }
  void AddRoutes(Routes* routes) override;

 private:
  Reply Queries(const Call& call);
  Reply Combined(const Call& call);
  Reply Entities(const Call& call);
  Reply Remediations(const Call& call);
  Reply EvaluationLogic(const Call& call);

  Store& store_;
  VulnerabilityCollection vulnerabilities_;
};

void VulnerabilitiesArea::AddRoutes(Routes* routes) {
  const auto read = [this, routes](std::string_view call,
                                   Reply (VulnerabilitiesArea::*handler)(const Call&)) {
    routes->Read(call, "Vulnerabilities:read",
                 [this, handler](const Call& one) { return (this->*handler)(one); });
  };
  read("GET /spotlight/queries/vulnerabilities/v1", &VulnerabilitiesArea::Queries);
  read("GET /spotlight/combined/vulnerabilities/v1", &VulnerabilitiesArea::Combined);
  read("GET /spotlight/entities/vulnerabilities/v2", &VulnerabilitiesArea::Entities);
  read("GET /spotlight/entities/remediations/v2", &VulnerabilitiesArea::Remediations);
  read("GET /spotlight/entities/evaluation-logic/v1", &VulnerabilitiesArea::EvaluationLogic);
}

Reply VulnerabilitiesArea::Queries(const Call& call) {
  if (std::optional<Reply> refused = RefuseStar(call)) return std::move(*refused);
  return IdsByAfter(store_, call, vulnerabilities_, Rules(400));
}

Reply VulnerabilitiesArea::Combined(const Call& call) {
  if (std::optional<Reply> refused = RefuseStar(call)) return std::move(*refused);
  const std::optional<Facets> facets = FacetsOf(call.request);
  if (!facets) {
    return Failure(call, kService, 400,
                   "facet must be host_info, cve, remediation or evaluation_logic");
  }
  return RecordsByAfter(store_, call, vulnerabilities_, Rules(5000),
                        WithFacets(vulnerabilities_, *facets));
}

Reply VulnerabilitiesArea::Entities(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (std::optional<Reply> refused = RefuseIds(call, ids)) return std::move(*refused);
  return RecordsByIds(store_, call, vulnerabilities_, ids, {kService, kMaxIds},
                      WithFacets(vulnerabilities_, Facets::All()));
}

Reply VulnerabilitiesArea::Remediations(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (std::optional<Reply> refused = RefuseIds(call, ids)) return std::move(*refused);
  const CveCatalogue& catalogue = vulnerabilities_.catalogue();
  Envelope envelope(call, kService);
  for (const std::string& id : ids) {
    const std::optional<uint32_t> found = catalogue.FindRemediation(id);
    if (found) envelope.Add(catalogue.Remediation(*found));
  }
  return envelope.Finish();
}

Reply VulnerabilitiesArea::EvaluationLogic(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (std::optional<Reply> refused = RefuseIds(call, ids)) return std::move(*refused);
  Envelope envelope(call, kService);
  for (const std::string& id : ids) {
    const std::optional<uint32_t> found = vulnerabilities_.FindEvaluation(id);
    if (!found) continue;
    std::string text;
    vulnerabilities_.At(*found).WriteEvaluation(&text);
    envelope.Add(text);
  }
  return envelope.Finish();
}

}  // namespace

extern const AreaType kVulnerabilities;
const AreaType kVulnerabilities = {kSizes, MakeArea<VulnerabilitiesArea>};

}  // namespace falcon::simulator

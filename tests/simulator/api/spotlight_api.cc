// Handlers of the Spotlight API.
#include "simulator/api/spotlight_api.h"

#include <optional>
#include <utility>

#include "simulator/api/paging.h"

namespace falcon::simulator {
namespace {

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

Print WithFacets(const VulnerabilityCollection& vulnerabilities, Facets facets) {
  return [&vulnerabilities, facets](const Collection&, uint32_t row, std::string* out) {
    vulnerabilities.At(row).Write(facets, out);
  };
}

std::optional<Reply> RefuseIds(const Call& call, const std::vector<std::string>& ids) {
  if (ids.empty()) return Failure(call, kService, 400, "ids must hold at least one id");
  if (ids.size() <= kMaxIds) return std::nullopt;
  return Failure(call, kService, 400, "too many ids: at most 400 are allowed");
}

}  // namespace

Reply SpotlightApi::Queries(const Call& call) {
  if (std::optional<Reply> refused = RefuseStar(call)) return std::move(*refused);
  return IdsByAfter(store_, call, store_.vulnerabilities, Rules(400));
}

Reply SpotlightApi::Combined(const Call& call) {
  if (std::optional<Reply> refused = RefuseStar(call)) return std::move(*refused);
  const std::optional<Facets> facets = FacetsOf(call.request);
  if (!facets) {
    return Failure(call, kService, 400,
                   "facet must be host_info, cve, remediation or evaluation_logic");
  }
  return RecordsByAfter(store_, call, store_.vulnerabilities, Rules(5000),
                        WithFacets(store_.vulnerabilities, *facets));
}

Reply SpotlightApi::Entities(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (std::optional<Reply> refused = RefuseIds(call, ids)) return std::move(*refused);
  return RecordsByIds(store_, call, store_.vulnerabilities, kService, ids, kMaxIds,
                      WithFacets(store_.vulnerabilities, Facets::All()));
}

Reply SpotlightApi::Remediations(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (std::optional<Reply> refused = RefuseIds(call, ids)) return std::move(*refused);
  const CveCatalogue& catalogue = store_.vulnerabilities.catalogue();
  Envelope envelope(call, kService);
  for (const std::string& id : ids) {
    const std::optional<uint32_t> found = catalogue.FindRemediation(id);
    if (found) envelope.Add(catalogue.Remediation(*found));
  }
  return envelope.Finish();
}

Reply SpotlightApi::EvaluationLogic(const Call& call) {
  const std::vector<std::string> ids = IdsOfQuery(call);
  if (std::optional<Reply> refused = RefuseIds(call, ids)) return std::move(*refused);
  Envelope envelope(call, kService);
  for (const std::string& id : ids) {
    const std::optional<uint32_t> found = store_.vulnerabilities.FindEvaluation(id);
    if (!found) continue;
    std::string text;
    store_.vulnerabilities.At(*found).WriteEvaluation(&text);
    envelope.Add(text);
  }
  return envelope.Finish();
}

}  // namespace falcon::simulator

// Handlers of the Cases API.
#include "simulator/api/cases_api.h"

#include "simulator/api/paging.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kCases = "cases-api";
constexpr std::string_view kFiles = "case-files-api";
constexpr std::string_view kManagement = "case-management-api";
// Not documented; a public client sends up to 500.
constexpr size_t kMaxCases = 500;
constexpr size_t kMaxSettings = 500;

constexpr PageRules kCaseRules = {.service = kCases,
                                  .default_sort = "created_timestamp.desc",
                                  .max_limit = 10'000,
                                  .min_limit = 0,
                                  .max_window = 10'000};
constexpr PageRules kFileRules = {
    .service = kFiles, .default_sort = "id.asc", .default_limit = 10, .max_limit = 10};
constexpr PageRules kSettingRules = {
    .service = kManagement, .default_sort = "name.asc", .max_limit = 200};

}  // namespace

Reply CasesApi::Queries(const Call& call) {
  return IdsByOffset(store_, call, store_.cases, kCaseRules);
}

Reply CasesApi::Entities(const Call& call) {
  return RecordsByIds(store_, call, store_.cases, kCases, IdsOfBody(call), kMaxCases);
}

Reply CasesApi::FileQueries(const Call& call) {
  return IdsByOffset(store_, call, store_.attachments, kFileRules);
}

Reply CasesApi::FileEntities(const Call& call) {
  return RecordsByIds(store_, call, store_.attachments, kFiles, IdsOfQuery(call), kMaxSettings);
}

Reply CasesApi::FilesCombined(const Call& call) {
  return RecordsByOffset(store_, call, store_.attachments, kFileRules);
}

Reply CasesApi::SlaQueries(const Call& call) {
  return IdsByOffset(store_, call, store_.slas, kSettingRules);
}

Reply CasesApi::SlaEntities(const Call& call) {
  return RecordsByIds(store_, call, store_.slas, kManagement, IdsOfQuery(call), kMaxSettings);
}

Reply CasesApi::TemplateQueries(const Call& call) {
  return IdsByOffset(store_, call, store_.templates, kSettingRules);
}

Reply CasesApi::TemplateEntities(const Call& call) {
  const bool access = call.request.Param("with_has_access").value_or("false") == "true";
  const Shape shape = [access](const Collection& templates, uint32_t row) {
    Json record = templates.Record(row);
    if (!access) record.erase("has_access");
    return record;
  };
  return RecordsByIds(store_, call, store_.templates, kManagement, IdsOfQuery(call), kMaxSettings,
                      shape);
}

}  // namespace falcon::simulator

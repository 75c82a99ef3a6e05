// The endpoints of the Cases API.
#include "simulator/core.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kCasesRead = "Cases:read";
constexpr std::string_view kTemplatesRead = "Case Templates:read";

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

}  // namespace

void Simulator::Core::AddCaseRoutes() {
  const auto read = [this](std::string_view path, std::string_view scope, auto handler) {
    AddRead(path, scope, cases, handler);
  };
  read("GET /cases/queries/cases/v1", kCasesRead, &CasesApi::Queries);
  read("POST /cases/entities/cases/v2", kCasesRead, &CasesApi::Entities);
  read("GET /case-files/queries/file-details/v1", kCasesRead, &CasesApi::FileQueries);
  read("GET /case-files/entities/file-details/v1", kCasesRead, &CasesApi::FileEntities);
  read("GET /case-files/combined/file-details/v1", kCasesRead, &CasesApi::FilesCombined);
  read("GET /casemgmt/queries/slas/v1", kTemplatesRead, &CasesApi::SlaQueries);
  read("GET /casemgmt/entities/slas/v1", kTemplatesRead, &CasesApi::SlaEntities);
  read("GET /casemgmt/queries/templates/v1", kTemplatesRead, &CasesApi::TemplateQueries);
  read("GET /casemgmt/entities/templates/v1", kTemplatesRead, &CasesApi::TemplateEntities);
  AddRoutes(Guard::kWrite, kWrites);
}

}  // namespace falcon::simulator

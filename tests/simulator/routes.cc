// The table of endpoints.
#include <utility>

#include "simulator/core.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kAlertsRead = "Alerts:read";
constexpr std::string_view kHostsRead = "Hosts:read";
constexpr std::string_view kVulnerabilitiesRead = "Vulnerabilities:read";

constexpr std::string_view kWrites[] = {
    "PATCH /alerts/entities/alerts/v1",          "PATCH /alerts/entities/alerts/v2",
    "PATCH /alerts/entities/alerts/v3",          "POST /devices/entities/devices-actions-delete/v1",
    "POST /devices/entities/devices-actions/v2", "PATCH /devices/entities/devices/tags/v1",
    "POST /devices/entities/group-actions/v1",
};
// Of Detects.
constexpr std::string_view kGone405[] = {
    "POST /detects/aggregates/detects/GET/v1",
    "PATCH /detects/entities/detects/v2",
    "POST /detects/entities/summaries/GET/v1",
    "GET /detects/queries/detects/v1",
};
// Of Incidents.
constexpr std::string_view kGone404[] = {
    "GET /incidents/combined/crowdscores/v1",       "POST /incidents/entities/behaviors/GET/v1",
    "POST /incidents/entities/incident-actions/v1", "POST /incidents/entities/incidents/GET/v1",
    "GET /incidents/queries/behaviors/v1",          "GET /incidents/queries/incidents/v1",
};

}  // namespace

void Simulator::Core::AddRoutes() {
  AddRoute("POST /oauth2/token", Guard::kNone, "",
           [this](const Call& call) { return auth.Token(call); });
  AddRoute("POST /oauth2/revoke", Guard::kNone, "",
           [this](const Call& call) { return auth.Revoke(call); });
  AddAlertRoutes();
  AddHostRoutes();
  AddVulnerabilityRoutes();
  AddDiscoverRoutes();
  AddCaseRoutes();
  AddIocRoutes();
  AddRtrRoutes();
  AddRoutes(Guard::kWrite, kWrites);
  AddRoutes(Guard::kGone405, kGone405);
  AddRoutes(Guard::kGone404, kGone404);
}

void Simulator::Core::AddAlertRoutes() {
  const auto read = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kToken, kAlertsRead, handler);
  };
  read("GET /alerts/queries/alerts/v1",
       [this](const Call& call) { return alerts.Queries(call, true); });
  read("GET /alerts/queries/alerts/v2",
       [this](const Call& call) { return alerts.Queries(call, false); });
  read("POST /alerts/entities/alerts/v1",
       [this](const Call& call) { return alerts.Entities(call, true); });
  read("POST /alerts/entities/alerts/v2",
       [this](const Call& call) { return alerts.Entities(call, false); });
  read("POST /alerts/combined/alerts/v1",
       [this](const Call& call) { return alerts.Combined(call); });
  read("POST /alerts/aggregates/alerts/v1",
       [this](const Call& call) { return alerts.Aggregates(call); });
  read("POST /alerts/aggregates/alerts/v2",
       [this](const Call& call) { return alerts.Aggregates(call); });
}

void Simulator::Core::AddHostRoutes() {
  const auto read = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kToken, kHostsRead, handler);
  };
  read("GET /devices/queries/devices/v1",
       [this](const Call& call) { return hosts.Queries(call, false); });
  read("GET /devices/queries/devices-hidden/v1",
       [this](const Call& call) { return hosts.Queries(call, true); });
  read("GET /devices/queries/devices-scroll/v1",
       [this](const Call& call) { return hosts.Scroll(call); });
  read("GET /devices/combined/devices/v1",
       [this](const Call& call) { return hosts.Combined(call, false); });
  read("GET /devices/combined/devices-hidden/v1",
       [this](const Call& call) { return hosts.Combined(call, true); });
  read("GET /devices/entities/devices/v2",
       [this](const Call& call) { return hosts.EntitiesByQuery(call); });
  read("POST /devices/entities/devices/v2",
       [this](const Call& call) { return hosts.EntitiesByBody(call); });
  read("GET /devices/entities/online-state/v1",
       [this](const Call& call) { return hosts.OnlineState(call); });
  read("POST /devices/combined/devices/login-history/v1",
       [this](const Call& call) { return hosts.LoginHistory(call, false); });
  read("POST /devices/combined/devices/login-history/v2",
       [this](const Call& call) { return hosts.LoginHistory(call, true); });
  read("POST /devices/combined/devices/network-address-history/v1",
       [this](const Call& call) { return hosts.AddressHistory(call); });
}

void Simulator::Core::AddVulnerabilityRoutes() {
  const auto read = [this](std::string_view path, auto handler) {
    AddRead(path, kVulnerabilitiesRead, spotlight, handler);
  };
  read("GET /spotlight/queries/vulnerabilities/v1", &SpotlightApi::Queries);
  read("GET /spotlight/combined/vulnerabilities/v1", &SpotlightApi::Combined);
  read("GET /spotlight/entities/vulnerabilities/v2", &SpotlightApi::Entities);
  read("GET /spotlight/entities/remediations/v2", &SpotlightApi::Remediations);
  read("GET /spotlight/entities/evaluation-logic/v1", &SpotlightApi::EvaluationLogic);
}

}  // namespace falcon::simulator

// The table of endpoints.
#include <utility>

#include "simulator/core.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kAlertsRead = "Alerts:read";
constexpr std::string_view kHostsRead = "Hosts:read";
constexpr std::string_view kVulnerabilitiesRead = "Vulnerabilities:read";

}  // namespace

void Simulator::Core::AddRoutes() {
  const auto token = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kNone, "", handler);
  };
  token("POST /oauth2/token", [this](const Call& call) { return auth.Token(call); });
  token("POST /oauth2/revoke", [this](const Call& call) { return auth.Revoke(call); });

  const auto alert = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kToken, kAlertsRead, handler);
  };
  alert("GET /alerts/queries/alerts/v1",
        [this](const Call& call) { return alerts.Queries(call, true); });
  alert("GET /alerts/queries/alerts/v2",
        [this](const Call& call) { return alerts.Queries(call, false); });
  alert("POST /alerts/entities/alerts/v1",
        [this](const Call& call) { return alerts.Entities(call, true); });
  alert("POST /alerts/entities/alerts/v2",
        [this](const Call& call) { return alerts.Entities(call, false); });
  alert("POST /alerts/combined/alerts/v1",
        [this](const Call& call) { return alerts.Combined(call); });
  alert("POST /alerts/aggregates/alerts/v1",
        [this](const Call& call) { return alerts.Aggregates(call); });
  alert("POST /alerts/aggregates/alerts/v2",
        [this](const Call& call) { return alerts.Aggregates(call); });

  const auto host = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kToken, kHostsRead, handler);
  };
  host("GET /devices/queries/devices/v1",
       [this](const Call& call) { return hosts.Queries(call, false); });
  host("GET /devices/queries/devices-hidden/v1",
       [this](const Call& call) { return hosts.Queries(call, true); });
  host("GET /devices/queries/devices-scroll/v1",
       [this](const Call& call) { return hosts.Scroll(call); });
  host("GET /devices/combined/devices/v1",
       [this](const Call& call) { return hosts.Combined(call, false); });
  host("GET /devices/combined/devices-hidden/v1",
       [this](const Call& call) { return hosts.Combined(call, true); });
  host("GET /devices/entities/devices/v2",
       [this](const Call& call) { return hosts.EntitiesByQuery(call); });
  host("POST /devices/entities/devices/v2",
       [this](const Call& call) { return hosts.EntitiesByBody(call); });
  host("GET /devices/entities/online-state/v1",
       [this](const Call& call) { return hosts.OnlineState(call); });
  host("POST /devices/combined/devices/login-history/v1",
       [this](const Call& call) { return hosts.LoginHistory(call, false); });
  host("POST /devices/combined/devices/login-history/v2",
       [this](const Call& call) { return hosts.LoginHistory(call, true); });
  host("POST /devices/combined/devices/network-address-history/v1",
       [this](const Call& call) { return hosts.AddressHistory(call); });

  AddDiscoverRoutes();
  AddCaseRoutes();
  AddIocRoutes();
  AddRtrRoutes();

  const auto vulnerability = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kToken, kVulnerabilitiesRead, handler);
  };
  vulnerability("GET /spotlight/queries/vulnerabilities/v1",
                [this](const Call& call) { return spotlight.Queries(call); });
  vulnerability("GET /spotlight/combined/vulnerabilities/v1",
                [this](const Call& call) { return spotlight.Combined(call); });
  vulnerability("GET /spotlight/entities/vulnerabilities/v2",
                [this](const Call& call) { return spotlight.Entities(call); });
  vulnerability("GET /spotlight/entities/remediations/v2",
                [this](const Call& call) { return spotlight.Remediations(call); });
  vulnerability("GET /spotlight/entities/evaluation-logic/v1",
                [this](const Call& call) { return spotlight.EvaluationLogic(call); });

  for (std::string_view write :
       {"PATCH /alerts/entities/alerts/v1", "PATCH /alerts/entities/alerts/v2",
        "PATCH /alerts/entities/alerts/v3", "POST /devices/entities/devices-actions-delete/v1",
        "POST /devices/entities/devices-actions/v2", "PATCH /devices/entities/devices/tags/v1",
        "POST /devices/entities/group-actions/v1"}) {
    AddRoute(write, Guard::kWrite, "", nullptr);
  }
  for (std::string_view gone :
       {"POST /detects/aggregates/detects/GET/v1", "PATCH /detects/entities/detects/v2",
        "POST /detects/entities/summaries/GET/v1", "GET /detects/queries/detects/v1"}) {
    AddRoute(gone, Guard::kGone405, "", nullptr);
  }
  for (std::string_view gone :
       {"GET /incidents/combined/crowdscores/v1", "POST /incidents/entities/behaviors/GET/v1",
        "POST /incidents/entities/incident-actions/v1", "POST /incidents/entities/incidents/GET/v1",
        "GET /incidents/queries/behaviors/v1", "GET /incidents/queries/incidents/v1"}) {
    AddRoute(gone, Guard::kGone404, "", nullptr);
  }
}

}  // namespace falcon::simulator

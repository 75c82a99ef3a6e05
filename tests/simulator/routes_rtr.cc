// The endpoints of real-time response: few read, many would open sessions or run commands.
#include "simulator/core.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kRead = "Real time response:read";
constexpr std::string_view kAuditRead = "Real time response (audit):read";

constexpr std::string_view kWrites[] = {
    "POST /real-time-response/entities/sessions/v1",
    "DELETE /real-time-response/entities/sessions/v1",
    "POST /real-time-response/entities/refresh-session/v1",
    "POST /real-time-response/entities/command/v1",
    "POST /real-time-response/entities/active-responder-command/v1",
    "POST /real-time-response/entities/admin-command/v1",
    "POST /real-time-response/combined/batch-init-session/v1",
    "POST /real-time-response/combined/batch-refresh-session/v1",
    "POST /real-time-response/combined/batch-command/v1",
    "POST /real-time-response/combined/batch-active-responder-command/v1",
    "POST /real-time-response/combined/batch-admin-command/v1",
    "POST /real-time-response/combined/batch-get-command/v1",
    "DELETE /real-time-response/entities/queued-sessions/command/v1",
    "DELETE /real-time-response/entities/file/v1",
    "DELETE /real-time-response/entities/file/v2",
};

}  // namespace

void Simulator::Core::AddRtrRoutes() {
  const auto read = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kToken, kRead, handler);
  };
  read("GET /real-time-response/queries/sessions/v1",
       [this](const Call& call) { return rtr.Queries(call); });
  read("POST /real-time-response/entities/sessions/GET/v1",
       [this](const Call& call) { return rtr.Entities(call); });
  read("POST /real-time-response/entities/queued-sessions/GET/v1",
       [this](const Call& call) { return rtr.Queued(call); });
  read("POST /real-time-response/aggregates/sessions/GET/v1",
       [this](const Call& call) { return rtr.Aggregates(call); });
  AddRoute("GET /real-time-response-audit/combined/sessions/v1", Guard::kToken, kAuditRead,
           [this](const Call& call) { return rtr.Audit(call); });
  for (const std::string_view write : kWrites) AddRoute(write, Guard::kWrite, "", nullptr);
}

}  // namespace falcon::simulator

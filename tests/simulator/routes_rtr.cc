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
  AddRead("GET /real-time-response/queries/sessions/v1", kRead, rtr, &RtrApi::Queries);
  AddRead("POST /real-time-response/entities/sessions/GET/v1", kRead, rtr, &RtrApi::Entities);
  AddRead("POST /real-time-response/entities/queued-sessions/GET/v1", kRead, rtr, &RtrApi::Queued);
  AddRead("POST /real-time-response/aggregates/sessions/GET/v1", kRead, rtr, &RtrApi::Aggregates);
  AddRead("GET /real-time-response-audit/combined/sessions/v1", kAuditRead, rtr, &RtrApi::Audit);
  AddRoutes(Guard::kWrite, kWrites);
}

}  // namespace falcon::simulator

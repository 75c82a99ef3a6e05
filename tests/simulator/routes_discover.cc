// The endpoints of Falcon Discover. None of them writes.
#include "simulator/core.h"

namespace falcon::simulator {

void Simulator::Core::AddDiscoverRoutes() {
  const auto read = [this](std::string_view path, auto handler) {
    AddRoute(path, Guard::kToken, "Assets (formerly Falcon Discover):read", handler);
  };
  read("GET /discover/combined/hosts/v1",
       [this](const Call& call) { return discover.Combined(call, store.discovered_hosts); });
  read("GET /discover/queries/hosts/v1",
       [this](const Call& call) { return discover.Queries(call, store.discovered_hosts); });
  read("GET /discover/entities/hosts/v1",
       [this](const Call& call) { return discover.Entities(call, store.discovered_hosts); });
  read("GET /discover/combined/applications/v1",
       [this](const Call& call) { return discover.Combined(call, store.discovered_applications); });
  read("GET /discover/queries/applications/v1",
       [this](const Call& call) { return discover.Queries(call, store.discovered_applications); });
  read("GET /discover/entities/applications/v1",
       [this](const Call& call) { return discover.Entities(call, store.discovered_applications); });
  read("GET /discover/queries/accounts/v1",
       [this](const Call& call) { return discover.Queries(call, store.discovered_accounts); });
  read("GET /discover/entities/accounts/v1",
       [this](const Call& call) { return discover.Entities(call, store.discovered_accounts); });
  read("GET /discover/queries/logins/v1",
       [this](const Call& call) { return discover.Queries(call, store.discovered_logins); });
  read("GET /discover/entities/logins/v1",
       [this](const Call& call) { return discover.Entities(call, store.discovered_logins); });
}

}  // namespace falcon::simulator

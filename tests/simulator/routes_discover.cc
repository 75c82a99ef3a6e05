// The endpoints of Falcon Discover. None of them writes.
#include "simulator/core.h"

namespace falcon::simulator {

void Simulator::Core::AddDiscoverRoutes() {
  const auto read = [this](std::string_view path, const DiscoverCollection& rows, auto handler) {
    AddRead(path, "Assets (formerly Falcon Discover):read", discover, handler, rows);
  };
  read("GET /discover/combined/hosts/v1", store.discovered_hosts, &DiscoverApi::Combined);
  read("GET /discover/queries/hosts/v1", store.discovered_hosts, &DiscoverApi::Queries);
  read("GET /discover/entities/hosts/v1", store.discovered_hosts, &DiscoverApi::Entities);
  read("GET /discover/combined/applications/v1", store.discovered_applications,
       &DiscoverApi::Combined);
  read("GET /discover/queries/applications/v1", store.discovered_applications,
       &DiscoverApi::Queries);
  read("GET /discover/entities/applications/v1", store.discovered_applications,
       &DiscoverApi::Entities);
  read("GET /discover/queries/accounts/v1", store.discovered_accounts, &DiscoverApi::Queries);
  read("GET /discover/entities/accounts/v1", store.discovered_accounts, &DiscoverApi::Entities);
  read("GET /discover/queries/logins/v1", store.discovered_logins, &DiscoverApi::Queries);
  read("GET /discover/entities/logins/v1", store.discovered_logins, &DiscoverApi::Entities);
}

}  // namespace falcon::simulator

// The table of areas, and the table of their endpoints.
#include "simulator/areas/area.h"

namespace falcon::simulator {

// One line for each area; the order is that of the flags in --help.
#define SIMULATOR_AREAS(AREA)   \
  AREA(kHosts)                  \
  AREA(kAlerts)                 \
  AREA(kDiscoveredHosts)        \
  AREA(kDiscoveredApplications) \
  AREA(kDiscoveredAccounts)     \
  AREA(kDiscoveredLogins)       \
  AREA(kRtrSessions)            \
  AREA(kCases)                  \
  AREA(kVulnerabilities)        \
  AREA(kIocs)                   \
  AREA(kIntelIndicators)

#define DECLARE_AREA(name) extern const AreaType name;
SIMULATOR_AREAS(DECLARE_AREA)
#undef DECLARE_AREA

namespace {

#define ADDRESS_OF_AREA(name) &name,
constexpr const AreaType* kAreas[] = {SIMULATOR_AREAS(ADDRESS_OF_AREA)};
#undef ADDRESS_OF_AREA

}  // namespace

std::span<const AreaType* const> AreaTypes() { return kAreas; }

std::vector<std::unique_ptr<Area>> MakeAreas(Store& store) {
  std::vector<std::unique_ptr<Area>> areas;
  for (const AreaType* area : kAreas) areas.push_back(area->make(store));
  return areas;
}

void Routes::Add(std::string_view method_and_path, Route route) {
  paths_.emplace(method_and_path.substr(method_and_path.find(' ') + 1));
  routes_[std::string(method_and_path)] = std::move(route);
}

void Routes::Add(Guard guard, std::span<const std::string_view> calls) {
  for (const std::string_view call : calls) Add(call, {guard, "", nullptr});
}

const Route* Routes::Find(const std::string& method_and_path) const {
  const auto found = routes_.find(method_and_path);
  return found == routes_.end() ? nullptr : &found->second;
}

}  // namespace falcon::simulator

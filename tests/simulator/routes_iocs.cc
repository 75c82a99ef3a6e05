// The endpoints of IOC Management, of the Indicators API, and of intel indicators.
#include "simulator/core.h"

namespace falcon::simulator {
namespace {

constexpr std::string_view kIocManagement = "IOC Management:read";
constexpr std::string_view kIndicators = "IOCs (Indicators of Compromise):read";
constexpr std::string_view kIntel = "Indicators (Falcon Intelligence):read";

constexpr std::string_view kActions[] = {"no_action", "allow", "prevent_no_ui", "prevent",
                                         "detect"};
constexpr std::string_view kTypes[] = {"sha256", "md5", "domain", "ipv4", "ipv6"};
constexpr std::string_view kPlatforms[] = {"windows", "mac", "linux", "ios", "android"};
constexpr std::string_view kSeverities[] = {"informational", "low", "medium", "high", "critical"};

constexpr std::string_view kWrites[] = {
    "POST /iocs/entities/indicators/v1", "PATCH /iocs/entities/indicators/v1",
    "DELETE /iocs/entities/indicators/v1", "POST /iocs/entities/indicators-reports/v1"};

}  // namespace

void Simulator::Core::AddIocRoutes() {
  const auto read = [this](std::string_view path, std::string_view scope, auto handler) {
    AddRead(path, scope, iocs, handler);
  };
  read("GET /iocs/queries/indicators/v1", kIocManagement, &IocsApi::Queries);
  read("GET /iocs/combined/indicator/v1", kIocManagement, &IocsApi::Combined);
  read("GET /iocs/entities/indicators/v1", kIocManagement, &IocsApi::Entities);
  read("POST /iocs/aggregates/indicators/v1", kIocManagement, &IocsApi::Aggregates);
  read("GET /iocs/aggregates/indicators/device-count/v1", kIocManagement, &IocsApi::DeviceCount);
  read("GET /iocs/queries/indicators/devices/v1", kIocManagement, &IocsApi::Devices);
  read("GET /iocs/queries/indicators/processes/v1", kIocManagement, &IocsApi::Processes);
  read("GET /indicators/aggregates/devices-count/v1", kIndicators, &IocsApi::DeviceCount);
  read("GET /indicators/queries/devices/v1", kIndicators, &IocsApi::Devices);
  read("GET /indicators/queries/processes/v1", kIndicators, &IocsApi::Processes);
  read("GET /processes/entities/processes/v1", kIndicators, &IocsApi::ProcessEntities);

  const auto words = [this](std::string_view path, std::span<const std::string_view> list) {
    AddRoute(path, Guard::kToken, kIocManagement,
             [this, list](const Call& call) { return iocs.Words(call, list); });
  };
  words("GET /iocs/queries/actions/v1", kActions);
  words("GET /iocs/queries/ioc-types/v1", kTypes);
  words("GET /iocs/queries/platforms/v1", kPlatforms);
  words("GET /iocs/queries/severities/v1", kSeverities);

  const auto intel = [this](std::string_view path, auto handler) {
    AddRead(path, kIntel, intel_indicators, handler);
  };
  intel("GET /intel/queries/indicators/v1", &IntelIndicatorsApi::Queries);
  intel("GET /intel/combined/indicators/v1", &IntelIndicatorsApi::Combined);
  intel("POST /intel/entities/indicators/GET/v1", &IntelIndicatorsApi::Entities);

  AddRoutes(Guard::kWrite, kWrites);
}

}  // namespace falcon::simulator

// Where indicators were seen: hosts and processes on them, in line with the alerts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/json.h"
#include "simulator/search/store.h"

namespace falcon::simulator {

// The hosts, by index and none twice, that saw an indicator: of alerts about it, or invented ones
// for the other IOCs. Nothing for what is no IOC and in no alert.
std::vector<uint32_t> HostsThatSaw(Store& store, std::string_view type, std::string_view value);

// The processes on `host` that an indicator was seen in, as `pid:<device id>:<number>`.
std::vector<std::string> ProcessesThatSaw(Store& store, std::string_view type,
                                          std::string_view value, uint32_t host);

// The details of the known ones among `ids`, in any order.
std::vector<Json> ProcessDetails(Store& store, const std::vector<std::string>& ids);

}  // namespace falcon::simulator

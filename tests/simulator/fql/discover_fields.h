// What filters and sorts of Falcon Discover may name.
#pragma once

#include "simulator/fql/schema.h"

namespace falcon::simulator::fql {

const Schema& DiscoveredHostSchema();
const Schema& DiscoveredApplicationSchema();
const Schema& DiscoveredAccountSchema();
const Schema& DiscoveredLoginSchema();

}  // namespace falcon::simulator::fql

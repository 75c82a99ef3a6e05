// Falcon Discover: assets, applications, accounts and logins.
#pragma once

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class DiscoverApi {
 public:
  explicit DiscoverApi(Store& store) : store_(store) {}

  Reply Queries(const Call& call, const DiscoverCollection& rows);
  Reply Combined(const Call& call, const DiscoverCollection& rows);
  Reply Entities(const Call& call, const DiscoverCollection& rows);

 private:
  Store& store_;
};

}  // namespace falcon::simulator

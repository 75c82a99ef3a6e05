// The Alerts API: queries, entities, combined and aggregates.
#pragma once

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class AlertsApi {
 public:
  explicit AlertsApi(Store& store) : store_(store) {}

  // `short_ids`: version 1, which leaves the customer out of ids.
  Reply Queries(const Call& call, bool short_ids);
  Reply Entities(const Call& call, bool short_ids);
  Reply Combined(const Call& call);
  Reply Aggregates(const Call& call);

 private:
  Reply CombinedPage(const Call& call, const Search& search, const Rows& rows, size_t start,
                     size_t limit, int pages);

  Store& store_;
};

}  // namespace falcon::simulator

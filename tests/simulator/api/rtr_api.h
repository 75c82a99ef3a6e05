// The Real Time Response API and its audit: sessions, queued commands and counts. Reads only.
#pragma once

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class RtrApi {
 public:
  explicit RtrApi(Store& store) : store_(store) {}

  Reply Queries(const Call& call);
  Reply Entities(const Call& call);
  Reply Queued(const Call& call);
  Reply Audit(const Call& call);
  Reply Aggregates(const Call& call);

 private:
  // The request with '@me' in its filter replaced by the caller's user id.
  Request WithCaller(const Call& call) const;

  Store& store_;
};

}  // namespace falcon::simulator

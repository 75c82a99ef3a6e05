// The Spotlight API: vulnerabilities, remediations and evaluation logic.
#pragma once

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class SpotlightApi {
 public:
  explicit SpotlightApi(Store& store) : store_(store) {}

  Reply Queries(const Call& call);
  Reply Combined(const Call& call);
  Reply Entities(const Call& call);
  Reply Remediations(const Call& call);
  Reply EvaluationLogic(const Call& call);

 private:
  Store& store_;
};

}  // namespace falcon::simulator

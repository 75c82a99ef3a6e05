// The Cases API: cases, their attached files, service level agreements and templates.
#pragma once

#include "simulator/api/envelope.h"
#include "simulator/api/store.h"

namespace falcon::simulator {

// Uses `store`, which outlives it.
class CasesApi {
 public:
  explicit CasesApi(Store& store) : store_(store) {}

  Reply Queries(const Call& call);
  Reply Entities(const Call& call);

  Reply FileQueries(const Call& call);
  Reply FileEntities(const Call& call);
  Reply FilesCombined(const Call& call);

  Reply SlaQueries(const Call& call);
  Reply SlaEntities(const Call& call);
  Reply TemplateQueries(const Call& call);
  Reply TemplateEntities(const Call& call);

 private:
  Store& store_;
};

}  // namespace falcon::simulator

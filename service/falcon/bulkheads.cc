// One bulkhead an area.
#include "falcon/bulkheads.h"

#include <utility>

namespace falcon {
namespace {

size_t ThreeQuarters(size_t places) { return places - places / 4; }

run::AdmissionOptions OfOneArea(run::AdmissionOptions options) {
  options.places = ThreeQuarters(options.places);
  if (options.export_places > 0) options.export_places = ThreeQuarters(options.export_places);
  return options;
}

}  // namespace

Bulkheads::Bulkheads(run::Loop& loop, const Clock& clock, run::Timer& timer, Jitter jitter,
                     BulkheadOptions options, OnChange on_change)
    : loop_(loop),
      clock_(clock),
      timer_(timer),
      jitter_(std::move(jitter)),
      options_(options),
      on_change_(std::move(on_change)) {}

Bulkhead& Bulkheads::Of(const Operation& operation) {
  const std::string_view area = AreaOf(operation);
  std::unique_ptr<Bulkhead>& bulkhead = bulkheads_[area];
  if (bulkhead == nullptr) {
    CircuitBreaker::OnChange on_change;
    if (on_change_) {
      on_change = [this, area](const CircuitChange& change) { on_change_(area, change); };
    }
    bulkhead.reset(new Bulkhead{
        .breaker = CircuitBreaker(clock_, jitter_, options_.circuit_breaker, std::move(on_change)),
        .retries = RetryBudget(clock_, options_.retries),
        .admission = run::Admission(loop_, clock_, timer_, OfOneArea(options_.admission))});
  }
  return *bulkhead;
}

}  // namespace falcon

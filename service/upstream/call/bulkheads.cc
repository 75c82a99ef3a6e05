// One bulkhead an area.
#include "upstream/call/bulkheads.h"

#include <utility>

namespace falcon::upstream {
namespace {

size_t ThreeQuarters(size_t places) { return places - places / 4; }

AdmissionQueueOptions OfOneArea(AdmissionQueueOptions options) {
  options.permits = ThreeQuarters(options.permits);
  if (options.export_permits > 0) options.export_permits = ThreeQuarters(options.export_permits);
  return options;
}

}  // namespace

Bulkheads::Bulkheads(runtime::Loop& loop, const Clock& clock, runtime::Timer& timer, Jitter jitter,
                     BulkheadOptions options, OnChange on_change)
    : loop_(loop),
      clock_(clock),
      timer_(timer),
      jitter_(std::move(jitter)),
      options_(options),
      on_change_(std::move(on_change)) {}

Bulkhead& Bulkheads::Of(const Operation& operation) {
  affinity_.Check();
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
        .admission = AdmissionQueue(loop_, clock_, timer_, OfOneArea(options_.admission))});
  }
  return *bulkhead;
}

}  // namespace falcon::upstream

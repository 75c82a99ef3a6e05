// Two thresholds below the limit.
#include "runtime/memory_load_shedder.h"

#include "base/error.h"

namespace falcon::runtime {
namespace {

constexpr milliseconds kRetryAfter{5'000};

}  // namespace

size_t MemoryLoadShedder::Threshold(Criticality criticality) const {
  const double share = criticality == Criticality::kSheddable ? options_.sheddable_threshold
                                                              : options_.critical_threshold;
  return static_cast<size_t>(share * static_cast<double>(options_.limit));
}

size_t MemoryLoadShedder::Refresh() {
  const SteadyTime now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  if (refreshed_at_.has_value() && now - *refreshed_at_ < options_.refresh_interval) return in_use_;
  refreshed_at_ = now;
  in_use_ = used_();
  if (in_use_ > Threshold(Criticality::kSheddable)) {
    release_();
    in_use_ = used_();
  }
  return in_use_;
}

absl::Status MemoryLoadShedder::Admit(Criticality criticality) {
  if (options_.limit == 0 || Refresh() <= Threshold(criticality)) return absl::OkStatus();
  ++refused_;
  const absl::Status pressure =
      Error(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE",
            "the gateway is short of memory and takes no further calls like this; retry later");
  return WithRetryAfter(pressure, kRetryAfter);
}

}  // namespace falcon::runtime

// Two marks below the limit.
#include "run/memory_guard.h"

#include "base/error.h"

namespace falcon::run {
namespace {

constexpr milliseconds kAfterPressure{5'000};

}  // namespace

size_t MemoryGuard::Most(Priority priority) const {
  const double share = priority == Priority::kExport ? options_.exports_until : options_.all_until;
  return static_cast<size_t>(share * static_cast<double>(options_.limit));
}

size_t MemoryGuard::Look() {
  const SteadyTime now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  if (looked_at_.has_value() && now - *looked_at_ < options_.look) return in_use_;
  looked_at_ = now;
  in_use_ = used_();
  if (in_use_ > Most(Priority::kExport)) {
    release_();
    in_use_ = used_();
  }
  return in_use_;
}

absl::Status MemoryGuard::Admit(Priority priority) {
  if (options_.limit == 0 || Look() <= Most(priority)) return absl::OkStatus();
  ++refused_;
  const absl::Status pressure =
      Error(absl::StatusCode::kResourceExhausted, "MEMORY_PRESSURE",
            "the gateway is short of memory and takes no further calls like this; retry later");
  return WithRetryAfter(pressure, kAfterPressure);
}

}  // namespace falcon::run

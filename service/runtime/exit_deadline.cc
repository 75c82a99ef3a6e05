// A wait with a timeout.
#include "runtime/exit_deadline.h"

#include <utility>

#include "absl/time/time.h"

namespace falcon::runtime {

ExitDeadline::ExitDeadline(milliseconds span, std::function<void()> on_passed)
    : thread_([this, span, on_passed = std::move(on_passed)] {
        const absl::MutexLock lock(&mutex_);
        const auto met = absl::Condition(&met_);
        if (!mutex_.AwaitWithTimeout(met, absl::FromChrono(span))) on_passed();
      }) {}

ExitDeadline::~ExitDeadline() {
  {
    const absl::MutexLock lock(&mutex_);
    met_ = true;
  }
  thread_.join();
}

}  // namespace falcon::runtime

// Makes absl::Mutex known to ThreadSanitizer. The packaged Abseil is built without it, so accesses
// that a mutex orders would look like races. These definitions precede those of the shared library.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace absl {
namespace {

// The library's definition of the function `name`.
template <class Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void Mutex::Lock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  static const auto real = Real<void (*)(Mutex*)>("_ZN4absl7debian35Mutex4LockEv");
  real(this);
  __tsan_acquire(this);
}

void Mutex::Unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  static const auto real = Real<void (*)(Mutex*)>("_ZN4absl7debian35Mutex6UnlockEv");
  __tsan_release(this);
  real(this);
}

// Polls, since the library would evaluate the condition where the lock is not seen.
void Mutex::Await(const Condition& condition) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  AwaitWithTimeout(condition, InfiniteDuration());
}

bool Mutex::AwaitWithTimeout(const Condition& condition,
                             Duration timeout) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const Time deadline = Now() + timeout;
  while (!condition.Eval()) {
    if (Now() >= deadline) return false;
    Unlock();
    SleepFor(Milliseconds(1));
    Lock();
  }
  return true;
}

}  // namespace absl
#endif
#endif

// Limits by setrlimit and prctl.
#include "config/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace falcon::config {

absl::Status ForbidCoreDumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return absl::InternalError(
        ToAbsl(StrCat("core dumps cannot be forbidden: ", std::strerror(errno))));
  }
  return absl::OkStatus();
}

}  // namespace falcon::config

// Variables by getenv, wiped in place; limits by setrlimit and prctl.
#include "config/process.h"

#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace falcon::config {

Secret ProcessEnvironment::Get(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? Secret() : Secret(value);
}

void ProcessEnvironment::Erase(const std::string& name) {
  if (char* value = std::getenv(name.c_str()); value != nullptr) {
    explicit_bzero(value, std::strlen(value));
  }
  unsetenv(name.c_str());
}

absl::Status ForbidCoreDumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return absl::InternalError(ToAbsl(StrCat("cannot forbid core dumps: ", std::strerror(errno))));
  }
  return absl::OkStatus();
}

}  // namespace falcon::config

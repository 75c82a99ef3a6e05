// What the process does so that its memory, which holds a secret, does not end up in a file.
#ifndef FALCON_CONFIG_HARDENING_H_
#define FALCON_CONFIG_HARDENING_H_

#include "absl/status/status.h"

namespace falcon::config {

// No core dumps, and no reading of this process's memory by others of the same user (ptrace,
// /proc/PID/mem). Call it first in main(). INTERNAL when the system refuses: nothing to stop for,
// but to be said.
absl::Status ForbidCoreDumps();

}  // namespace falcon::config

#endif  // FALCON_CONFIG_HARDENING_H_

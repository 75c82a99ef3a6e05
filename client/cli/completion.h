// `fgctl completion bash`: a script from the same tree of commands.
#ifndef FALCON_CLIENT_CLI_COMPLETION_H_
#define FALCON_CLIENT_CLI_COMPLETION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"

namespace falcon::client {

// Completes commands, flags and enum words. bash is the one known shell.
absl::StatusOr<std::string> Completion(const Catalog& catalog,
                                       const std::vector<std::string>& words);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_COMPLETION_H_

// Completion of the command line by shells: a short script for each, which asks fgctl itself.
#ifndef FALCON_CLIENT_CLI_COMPLETION_H_
#define FALCON_CLIENT_CLI_COMPLETION_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"
#include "cli/command_tree.h"

namespace falcon::client {

// The command that the scripts ask: `fgctl __complete WORDS...`, the last of them begun or empty.
inline constexpr std::string_view kCompleteCommand = "__complete";

// A script for bash, zsh or fish.
absl::StatusOr<std::string> CompletionScript(const std::vector<std::string>& words);

// What may stand in the place of the last of `words` and begins like it: commands, flags, words of
// enums, fields and values of FQL, names of contexts. A line each.
std::string Candidates(const CommandTree& tree, const Catalog& catalog,
                       std::vector<std::string> words, const std::vector<std::string>& contexts);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_COMPLETION_H_

// Contexts: named gateways in a file, whose settings stand in for flags and variables that are not
// given.
#ifndef FALCON_CLIENT_CLI_CONTEXTS_H_
#define FALCON_CLIENT_CLI_CONTEXTS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace falcon::client {

// Reads an environment variable; empty where there is none.
using Variables = std::function<std::string(const char*)>;

// By the names of global flags: "address", "tls" ("true"), "ca-file".
using ContextSettings = std::map<std::string, std::string>;

struct Contexts {
  // Empty: none is in use.
  std::string current;
  std::map<std::string, ContextSettings> named;
};

// fgctl/config.yaml in XDG_CONFIG_HOME, else in ~/.config. Empty where there is no home either.
std::string ContextsPath(const Variables& variable);

// None, if there is no such file. INVALID_ARGUMENT names the line that is wrong.
absl::StatusOr<Contexts> ReadContexts(const std::string& path);

// The settings of the context that `name`, else FALCON_GATEWAY_CONTEXT, else the file's own choice
// names; none where none does. Files in them are absolute. INVALID_ARGUMENT: there is no such
// context.
absl::StatusOr<ContextSettings> ContextInForce(std::string name, const Variables& variable);

// `config VERB [NAME]`: what it prints. `given`: the global flags of the command line.
absl::StatusOr<std::string> RunConfig(const std::string& verb, const std::string& name,
                                      const ContextSettings& given, const Variables& variable);

// The names of all contexts, for completion; none where the file cannot be read.
std::vector<std::string> ContextNames(const Variables& variable);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_CONTEXTS_H_

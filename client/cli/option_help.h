// Flags that are not of any request: connection, output, and following of pages and streams.
#ifndef FALCON_CLIENT_CLI_OPTION_HELP_H_
#define FALCON_CLIENT_CLI_OPTION_HELP_H_

#include <string>
#include <vector>

#include "catalog.h"

namespace falcon::client {

struct OwnFlag {
  std::string name;
  // Empty: a switch.
  std::string value_hint;
  std::string help;
};

// Those of every command.
std::vector<OwnFlag> GlobalFlags();

// Those of one method: --all and --limit for lists, --retry and --resume-file for exports.
std::vector<OwnFlag> MethodFlags(const Method& method);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_OPTION_HELP_H_

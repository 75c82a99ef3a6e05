// fgctl as a function, so that tests can run it.
#ifndef FALCON_CLIENT_CLI_PROGRAM_H_
#define FALCON_CLIENT_CLI_PROGRAM_H_

#include <string>
#include <vector>

#include "cli/environment.h"

namespace falcon::client {

// Arguments without the program's name. Returns the exit code; never throws.
int RunProgram(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_PROGRAM_H_

// The command line of falcon-simulator.
#pragma once

#include "simulator/base/options.h"

namespace falcon::simulator {

// Either options to run with, or the exit code to leave with at once (help was shown, or something
// was wrong).
struct Flags {
  Options options;
  int exit_code = -1;  // negative: run
};

// Prints help and complaints itself.
Flags ParseFlags(int argc, char** argv);

}  // namespace falcon::simulator

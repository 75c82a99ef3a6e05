// The bridge as a function, so that tests can run it.
#ifndef FALCON_CLIENT_MCP_PROGRAM_H_
#define FALCON_CLIENT_MCP_PROGRAM_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"
#include "mcp/tools/tool_list.h"

namespace falcon::mcp {

// The world around the program. Streams and descriptors must outlive the run.
struct Environment {
  // For MCP, and nothing else.
  int in = 0;
  int out = 1;
  // For people: what is not MCP, such as help or where HTTP listens.
  std::ostream& text_out;
  std::ostream& err;
  // Value of an environment variable; empty where there is none.
  std::function<std::string(const char*)> variable;
  std::function<absl::Time()> now;
  // 16 random hexadecimal digits. Any thread.
  std::function<std::string()> nonce;
  // From now on a signal to end ends the process at once, with status 0.
  std::function<void()> end_on_signal;
  // Blocks until there is a signal to end.
  std::function<void()> wait_for_signal;
};

// Arguments without the program's name. Returns the exit code; never throws.
int RunProgram(const std::vector<std::string>& arguments, const Environment& environment);

// `bridge` must outlive the offer. An error names unknown tools or sets, and the known ones.
absl::StatusOr<ServerDefinition> MakeServerDefinition(const Bridge& bridge,
                                                      const ToolChoice& choice);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROGRAM_H_

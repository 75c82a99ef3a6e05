// The bridge's command line, read and checked.
#ifndef FALCON_CLIENT_MCP_FLAGS_H_
#define FALCON_CLIENT_MCP_FLAGS_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon_gateway/connection.h"
#include "mcp/tools/bridge.h"
#include "mcp/tools/tool_list.h"
#include "mcp/transport/http.h"

namespace falcon::mcp {

// The program's exit codes.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

struct Settings {
  falcon_gateway::Connection gateway;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  // Names are not checked yet.
  ToolChoice choice;
  size_t result_bytes = kUsualResultBytes;
  size_t workers = 16;
  // Set: HTTP instead of standard input and output. Its files are read.
  std::optional<HttpOptions> http;
  bool self_test = false;
};

// Nothing to run: help or version (exit code 0, for standard output), or what is wrong.
struct EarlyEnd {
  int exit_code = kExitOk;
  std::string text;
};

// Arguments without the program's name. `variable` reads an environment variable, empty where there
// is none. Never throws.
std::variant<Settings, EarlyEnd> ReadFlags(const std::vector<std::string>& arguments,
                                           const std::function<std::string(const char*)>& variable);

// A secret file's text (see base/secret_file.h), which must be printable ASCII without blanks, since
// it travels in a header.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_FLAGS_H_

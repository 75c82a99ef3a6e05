// The file that holds the HTTP transport's token.
#ifndef FALCON_CLIENT_MCP_SECRET_FILE_H_
#define FALCON_CLIENT_MCP_SECRET_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace falcon::mcp {

// A secret file's text (see base/secret_file.h), which must be printable ASCII without blanks, since
// it travels in a header.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_SECRET_FILE_H_

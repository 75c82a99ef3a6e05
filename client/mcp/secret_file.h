// Files that the HTTP transport needs: a token, a key, a certificate.
#ifndef FALCON_CLIENT_MCP_SECRET_FILE_H_
#define FALCON_CLIENT_MCP_SECRET_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace falcon::mcp {

enum class Readers {
  kOwner,   // neither group nor others may read it: secrets
  kAnyone,  // certificates
};

// All bytes of a file of at most 64 KiB; none is a failure. An error names the file and says what
// would be right, and holds none of its bytes. A pipe will do, a directory will not.
absl::StatusOr<std::string> ReadFile(const std::string& path, Readers readers);

// A token: a secret file's text without the line ends at its end, which must be printable ASCII
// without blanks, since it travels in a header.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_SECRET_FILE_H_

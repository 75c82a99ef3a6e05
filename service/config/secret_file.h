// Files that hold a secret: read whole, and only when nobody else may read them.
#ifndef FALCON_CONFIG_SECRET_FILE_H_
#define FALCON_CONFIG_SECRET_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace falcon::config {

enum class Readers {
  kOwner,          // neither group nor others: secrets
  kOwnerAndGroup,  // not others: an env file
  kAnyone,         // certificates
};

// All bytes of a file of at most 64 KiB (certificates: 4 MiB). The message says what is wrong and
// what would be right, and names the file; it holds none of its bytes. A pipe (`/dev/fd/3`) will
// do; a directory will not.
absl::StatusOr<Secret> ReadFile(const std::string& path, Readers readers);

// The same for `Readers::kOwner`, without line ends at the end. A file with nothing else in it is a
// failure.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_SECRET_FILE_H_

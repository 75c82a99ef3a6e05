// Files that hold a secret: read whole, and only when nobody else is allowed to read them.
#ifndef FALCON_BASE_SECRET_FILE_H_
#define FALCON_BASE_SECRET_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace falcon {

enum class AllowedReaders {
  kOwner,          // neither group nor others: secrets
  kOwnerAndGroup,  // not others: an environment file
  kAnyone,         // certificates
};

// All bytes of a file of at most 64 KiB (kAnyone: 4 MiB). An error names the file, what is wrong and
// what would be right, and none of the file's bytes. A pipe (`/dev/fd/3`) is read as a file is; a
// directory is an error.
absl::StatusOr<Secret> ReadFile(const std::string& path, AllowedReaders readers);

// The same for AllowedReaders::kOwner, without line ends at the end. An error if nothing is left.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path);

}  // namespace falcon

#endif  // FALCON_BASE_SECRET_FILE_H_

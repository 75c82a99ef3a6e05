// Secret: a string that does not show itself: prints [redacted], and wipes its bytes when it goes.
// And files that hold one.
#ifndef FALCON_BASE_SECRET_H_
#define FALCON_BASE_SECRET_H_

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace falcon {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view value) : bytes_(value.begin(), value.end()) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Secret& operator=(Secret other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~Secret();

  bool empty() const { return bytes_.empty(); }
  // The only way to the value. Call it where it is checked, sent or made a key, nowhere else.
  std::string_view Reveal() const { return {bytes_.data(), bytes_.size()}; }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Secret& secret) {
    return out << (secret.empty() ? "" : "[redacted]");
  }

 private:
  std::vector<char> bytes_;  // on the heap always: a short std::string would leave copies behind
};

// Overwrites the bytes of `text` in a way that the compiler keeps, and empties it.
void SecureErase(std::string& text);

enum class AllowedReaders {
  kOwner,          // neither group nor others: secrets
  kOwnerAndGroup,  // not others: an environment file
  kAnyone,         // certificates
};

// All bytes of a file of at most 64 KiB (kAnyone: 4 MiB). An error names the file, what is wrong
// and what would be right, and none of the file's bytes. A pipe (`/dev/fd/3`) is read as a file is;
// a directory is an error.
absl::StatusOr<Secret> ReadFile(const std::string& path, AllowedReaders readers);

// The same for AllowedReaders::kOwner, without line ends at the end. An error if nothing is left.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path);

}  // namespace falcon

#endif  // FALCON_BASE_SECRET_H_

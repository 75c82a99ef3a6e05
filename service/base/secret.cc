// Wipes, and reads files: opens first and checks what was opened, so that the file cannot be
// swapped in between.
#include "base/secret.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/text.h"

namespace falcon {
namespace {

// A bundle of certificates is larger than any secret.
size_t MaxKib(AllowedReaders readers) { return readers == AllowedReaders::kAnyone ? 4096 : 64; }

class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status Problem(const std::string& path, std::string_view what) {
  return absl::InvalidArgumentError(ToAbsl(StrCat("file ", EscapeUnsafe(path, 256), " ", what)));
}

absl::Status CheckReaders(const std::string& path, const struct stat& file,
                          AllowedReaders readers) {
  const mode_t forbidden = readers == AllowedReaders::kOwner           ? S_IRWXG | S_IRWXO
                           : readers == AllowedReaders::kOwnerAndGroup ? S_IRWXO
                                                                       : 0;
  if ((file.st_mode & forbidden) == 0) return absl::OkStatus();
  const std::string mode = absl::StrFormat("%04o", file.st_mode & 07777);
  return Problem(
      path, StrCat("is open to ", readers == AllowedReaders::kOwner ? "group or others" : "others",
                   " (mode ", mode, "): chmod ", readers == AllowedReaders::kOwner ? "600" : "640",
                   " it"));
}

absl::StatusOr<Secret> ReadAll(const std::string& path, int fd, size_t max_kib) {
  std::string bytes((max_kib << 10) + 1, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(fd, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Problem(path, StrCat("cannot be read: ", std::strerror(errno)));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  Secret secret(std::string_view(bytes).substr(0, size));
  SecureErase(bytes);
  if (size > max_kib << 10) return Problem(path, StrCat("is larger than ", max_kib, " KiB"));
  return secret;
}

}  // namespace

Secret::~Secret() {
  if (!bytes_.empty()) OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

void SecureErase(std::string& text) {
  // A string that was shortened or moved from keeps bytes beyond its end.
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

absl::StatusOr<Secret> ReadFile(const std::string& path, AllowedReaders readers) {
  const OpenFile file(path);
  struct stat about;
  if (file.fd() < 0 || fstat(file.fd(), &about) != 0) {
    return Problem(path, StrCat("cannot be opened: ", std::strerror(errno)));
  }
  if (S_ISDIR(about.st_mode)) return Problem(path, "is a directory");
  if (S_ISREG(about.st_mode)) RETURN_IF_ERROR(CheckReaders(path, about, readers));
  return ReadAll(path, file.fd(), MaxKib(readers));
}

absl::StatusOr<Secret> ReadSecretFile(const std::string& path) {
  ASSIGN_OR_RETURN(const Secret bytes, ReadFile(path, AllowedReaders::kOwner));
  std::string_view text = bytes.Reveal();
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return Problem(path, "is empty");
  return Secret(text);
}

}  // namespace falcon

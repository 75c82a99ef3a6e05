// Opens first and checks what was opened, so that nobody swaps the file in between.
#include "mcp/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "text.h"

namespace falcon::mcp {
namespace {

constexpr size_t kMostBytes = size_t{64} * 1024;

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
  return absl::InvalidArgumentError(StrCat("File ", client::EscapeUnsafe(path), " ", what));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, Readers readers) {
  const OpenFile file(path);
  struct stat about;
  if (file.fd() < 0 || fstat(file.fd(), &about) != 0) {
    return Problem(path, StrCat("cannot be opened: ", std::strerror(errno), "."));
  }
  if (S_ISDIR(about.st_mode)) return Problem(path, "is a directory.");
  const bool open_to_others = (about.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (readers == Readers::kOwner && S_ISREG(about.st_mode) && open_to_others) {
    return Problem(path, "is open to group or others: chmod 600 it.");
  }
  std::string bytes(kMostBytes + 1, '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.fd(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Problem(path, StrCat("cannot be read: ", std::strerror(errno), "."));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size == 0) return Problem(path, "is empty.");
  if (size > kMostBytes)
    return Problem(path, StrCat("is larger than ", kMostBytes / 1024, " KiB."));
  bytes.resize(size);
  return bytes;
}

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, Readers::kOwner);
  if (!text.ok()) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty()) return Problem(path, "is empty.");
  const bool printable = std::ranges::all_of(*text, [](char c) { return c > ' ' && c <= '~'; });
  if (!printable) return Problem(path, "holds more than a token: printable ASCII without blanks.");
  return text;
}

}  // namespace falcon::mcp

// Reads and replaces the file.
#include "cli/resume_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

#include "terminal_text.h"
#include "text.h"
#include "time_text.h"

namespace falcon::client {
namespace {

// Tokens are far shorter.
constexpr std::streamsize kMaxFileBytes = std::streamsize{64} * 1024;

absl::Status SystemError(std::string_view what, const std::string& path) {
  return absl::UnknownError(
      StrCat(what, " ", EscapeUnsafe(path), ": ", std::generic_category().message(errno)));
}

absl::Status NotOurs(const std::string& path) {
  return absl::InvalidArgumentError(StrCat(EscapeUnsafe(path), " holds no resume token."));
}

// "start 2026-05-28T14:00:00Z" and "output DEVICE INODE BYTES".
bool ReadLine(const std::string& line, ResumePoint& point) {
  std::istringstream words(line);
  std::string key;
  words >> key;
  if (key == "start") {
    std::string instant;
    words >> instant;
    return absl::ParseTime(absl::RFC3339_full, instant, &point.start, nullptr);
  }
  FilePlace place;
  if (key != "output" || !(words >> place.device >> place.inode >> place.bytes)) return false;
  point.place = place;
  return true;
}

std::string TextOf(const ResumePoint& point) {
  std::string text = StrCat(point.token, "\nstart ", InstantText(point.start), "\n");
  if (point.place) {
    text.append(StrCat("output ", point.place->device, " ", point.place->inode, " ",
                       point.place->bytes, "\n"));
  }
  return text;
}

bool WriteAndSync(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return fsync(fd) == 0;
}

}  // namespace

absl::StatusOr<std::optional<ResumePoint>> ReadResumePoint(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    return SystemError("Cannot read", path);
  }
  std::string text(static_cast<size_t>(kMaxFileBytes), '\0');
  file.read(text.data(), kMaxFileBytes);
  text.resize(static_cast<size_t>(file.gcount()));
  const std::vector<std::string> lines = Split(text, '\n');
  if (lines.empty()) return std::nullopt;
  ResumePoint point{.token = lines[0], .start = absl::InfinitePast(), .place = std::nullopt};
  if (text.size() == static_cast<size_t>(kMaxFileBytes) ||
      point.token.find_first_of(" \t{}<>\"'") != std::string::npos) {
    return NotOurs(path);
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    if (!ReadLine(lines[i], point)) return NotOurs(path);
  }
  return point;
}

absl::Status WriteResumePoint(const std::string& path, const ResumePoint& point) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return SystemError("Cannot write", path);
  const bool written = WriteAndSync(fd, TextOf(point));
  const int error = errno;
  close(fd);
  if (written && rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
  if (!written) errno = error;
  absl::Status status = SystemError("Cannot write", path);
  unlink(temporary.c_str());
  return status;
}

absl::Status RemoveResumePoint(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return SystemError("Cannot remove", path);
}

}  // namespace falcon::client

// Writes by write(2), which alone tells the reason of a failure.
#include "cli/output_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "text.h"

namespace falcon::client {
namespace {

// What a pipe that has room takes without blocking.
constexpr int64_t kPipeBytes = 4096;
constexpr int kPollMilliseconds = 100;

// Tokens are far shorter.
constexpr std::streamsize kMaxFileBytes = std::streamsize{64} * 1024;

absl::Status SystemError(std::string_view what, const std::string& path) {
  return absl::UnknownError(
      StrCat(what, " ", EscapeUnsafe(path), ": ", std::generic_category().message(errno)));
}

absl::Status NotOurs(const std::string& path) {
  return absl::InvalidArgumentError(StrCat(EscapeUnsafe(path), " does not hold a resume token."));
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

OutputFile::OutputFile(int fd, std::stop_token stop) : fd_(fd), stop_(std::move(stop)) {
  struct stat facts = {};
  if (fstat(fd_, &facts) == 0) {
    regular_ = S_ISREG(facts.st_mode);
    device_ = facts.st_dev;
    inode_ = facts.st_ino;
  }
  if (regular_) committed_ = std::max<int64_t>(0, lseek(fd_, 0, SEEK_CUR));
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

std::string OutputFile::WhyFailed() const {
  if (error_ == 0) return {};
  if (error_ == ECANCELED) return "interrupted while its reader did not read";
  return std::generic_category().message(error_);
}

int OutputFile::overflow(int character) {
  if (sync() != 0) return traits_type::eof();
  if (character != traits_type::eof()) {
    *pptr() = traits_type::to_char_type(character);
    pbump(1);
  }
  return traits_type::not_eof(character);
}

int OutputFile::sync() {
  const bool written = error_ == 0 && WriteAll(pbase(), pptr());
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return written ? 0 : -1;
}

bool OutputFile::WriteAll(const char* begin, const char* end) {
  while (begin < end) {
    if (!AwaitRoom()) return false;
    const int64_t left = end - begin;
    const auto bytes = static_cast<size_t>(regular_ ? left : std::min(left, kPipeBytes));
    const ssize_t n = ::write(fd_, begin, bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) {
      error_ = n == 0 ? EIO : errno;
      return false;
    }
    begin += n;
    written_ += n;
  }
  return true;
}

bool OutputFile::AwaitRoom() {
  if (regular_) return true;
  pollfd one{.fd = fd_, .events = POLLOUT, .revents = 0};
  while (true) {
    const int ready = poll(&one, 1, kPollMilliseconds);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) {
      error_ = errno;
      return false;
    }
    if (stop_.stop_requested()) {
      error_ = ECANCELED;
      return false;
    }
  }
}

bool OutputFile::Commit() {
  if (sync() != 0) return false;
  written_ = 0;
  if (regular_) committed_ = std::max<int64_t>(0, lseek(fd_, 0, SEEK_CUR));
  return true;
}

bool OutputFile::Discard() {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  if (written_ == 0) return true;
  if (!regular_ || ftruncate(fd_, committed_) != 0) return false;
  lseek(fd_, committed_, SEEK_SET);
  written_ = 0;
  return true;
}

bool OutputFile::Persist() {
  if (error_ == 0 && regular_ && fdatasync(fd_) != 0) error_ = errno;
  return error_ == 0;
}

std::optional<FilePlace> OutputFile::Committed() const {
  if (!regular_) return std::nullopt;
  return FilePlace{device_, inode_, committed_};
}

absl::Status OutputFile::ContinueAt(const FilePlace& place) {
  if (!regular_ || place.device != device_ || place.inode != inode_) return absl::OkStatus();
  const int64_t size = lseek(fd_, 0, SEEK_END);
  if (size < place.bytes) {
    return absl::FailedPreconditionError(StrCat("standard output holds ", size,
                                                " bytes, and the export had written ", place.bytes,
                                                ": append to it with >>"));
  }
  if (ftruncate(fd_, place.bytes) != 0) {
    return absl::FailedPreconditionError(
        StrCat("standard output cannot be cut to what the export had written: ",
               std::generic_category().message(errno)));
  }
  committed_ = lseek(fd_, place.bytes, SEEK_SET);
  return absl::OkStatus();
}

bool OutputFile::Close() {
  if (close(fd_) != 0 && error_ == 0) error_ = errno;
  return error_ == 0;
}

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

absl::Status ReplaceFile(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return SystemError("Cannot write", path);
  const bool written = WriteAndSync(fd, text);
  const int error = errno;
  close(fd);
  if (written && rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
  if (!written) errno = error;
  absl::Status status = SystemError("Cannot write", path);
  unlink(temporary.c_str());
  return status;
}

absl::Status WriteResumePoint(const std::string& path, const ResumePoint& point) {
  return ReplaceFile(path, TextOf(point));
}

absl::Status RemoveResumePoint(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return SystemError("Cannot remove", path);
}

}  // namespace falcon::client

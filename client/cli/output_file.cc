// Writes by write(2), which alone tells the reason of a failure.
#include "cli/output_file.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "text.h"

namespace falcon::client {
namespace {

// What a pipe that has room takes without blocking.
constexpr int64_t kPipeBytes = 4096;
constexpr int kPollMilliseconds = 100;

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

}  // namespace falcon::client

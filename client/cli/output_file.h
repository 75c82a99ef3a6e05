// What an export writes: standard output as a file descriptor, of which every failed write is seen
// and what was written can be cut back to its last whole message; and the resume file.
#ifndef FALCON_CLIENT_CLI_OUTPUT_FILE_H_
#define FALCON_CLIENT_CLI_OUTPUT_FILE_H_

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <streambuf>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace falcon::client {

// A place in a regular file.
struct FilePlace {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t bytes = 0;
  bool operator==(const FilePlace&) const = default;
};

class OutputFile final : public std::streambuf {
 public:
  // `fd` stays the caller's. A write to a reader that reads no more ends when `stop` asks for it.
  OutputFile(int fd, std::stop_token stop);

  // Why a write failed, such as "No space left on device". Empty: none did.
  std::string WhyFailed() const;

  // Writes what is buffered: all up to here is whole. False: a write failed.
  bool Commit();
  // Cuts off what was written since the last Commit(). False: a part of it stays, since this is no
  // regular file.
  bool Discard();
  // What was written is on the disk. False: a write failed. Always true where there is no disk.
  bool Persist();
  // Where the last Commit() was. Unset: this is no regular file.
  std::optional<FilePlace> Committed() const;
  // Cuts what a crash left behind `place` and goes on there. Does nothing if `place` is in another
  // file; FAILED_PRECONDITION if the file ends before it.
  absl::Status ContinueAt(const FilePlace& place);
  // Closes the descriptor. False: that failed, so that what was written may be lost.
  bool Close();

 protected:
  int overflow(int character) override;
  int sync() override;

 private:
  bool WriteAll(const char* begin, const char* end);
  bool AwaitRoom();

  const int fd_;
  const std::stop_token stop_;
  bool regular_ = false;
  uint64_t device_ = 0;
  uint64_t inode_ = 0;
  int64_t committed_ = 0;
  // Written since the last Commit().
  int64_t written_ = 0;
  int error_ = 0;
  std::array<char, size_t{64} * 1024> buffer_;
};

// The file of --resume-file: how far an export is, kept over crashes. Its first line is the token.
struct ResumePoint {
  std::string token;
  // What 7d counted back from when the export began: the same words must mean the same times.
  absl::Time start;
  // Where standard output was then; unset: it was no regular file.
  std::optional<FilePlace> place;
};

// Nothing if there is no such file, or it is empty. INVALID_ARGUMENT if it is none of ours.
absl::StatusOr<std::optional<ResumePoint>> ReadResumePoint(const std::string& path);

// At once: after a crash the file holds the old text or the new one.
absl::Status ReplaceFile(const std::string& path, std::string_view text);

// Replaces the file.
absl::Status WriteResumePoint(const std::string& path, const ResumePoint& point);

// No error if there is none.
absl::Status RemoveResumePoint(const std::string& path);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_OUTPUT_FILE_H_

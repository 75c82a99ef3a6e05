// The file of --resume-file: how far an export is, kept over crashes.
#ifndef FALCON_CLIENT_CLI_RESUME_FILE_H_
#define FALCON_CLIENT_CLI_RESUME_FILE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/output_file.h"

namespace falcon::client {

// Its first line is the token.
struct ResumePoint {
  std::string token;
  // What 7d counted back from when the export began: the same words must mean the same times.
  absl::Time start;
  // Where standard output was then; unset: it was no regular file.
  std::optional<FilePlace> place;
};

// Nothing if there is no such file, or it is empty. INVALID_ARGUMENT if it is none of ours.
absl::StatusOr<std::optional<ResumePoint>> ReadResumePoint(const std::string& path);

// Replaces the file at once: after a crash it holds the old point or the new one.
absl::Status WriteResumePoint(const std::string& path, const ResumePoint& point);

// No error if there is none.
absl::Status RemoveResumePoint(const std::string& path);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_RESUME_FILE_H_

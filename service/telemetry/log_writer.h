// LogWriter: writes lines to a file descriptor on a thread of its own, so that nothing that logs
// waits for the reader or the disk.
#ifndef FALCON_TELEMETRY_LOG_WRITER_H_
#define FALCON_TELEMETRY_LOG_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/time.h"

namespace falcon::telemetry {

struct LogWriterOptions {
  size_t max_bytes = size_t{4} << 20;  // queued for the reader; further lines are dropped
  milliseconds grace{1'000};           // at the end, for queued lines
};

// A line that finds the queue full is dropped; one that the system refuses (disk full, no reader)
// is lost. Both are counted, and the event `log_lines_dropped` with their number precedes the next
// line that is written.
class LogWriter {
 public:
  // `fd` is not closed, and its flags are not changed: others may share it. SIGPIPE must be
  // ignored.
  explicit LogWriter(int fd, LogWriterOptions options = {});
  // Writes queued lines, for `grace` at most, whatever the reader does.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // `line` ends with a line feed. Any thread. Never waits for the reader.
  void Write(std::string line);

  // Lines that were dropped or lost so far. Any thread.
  int64_t dropped() const;

 private:
  struct State;
  static void Run(const std::shared_ptr<State>& shared);

  const LogWriterOptions options_;
  // Shared with the thread, which outlives the writer where the system does not return from a
  // write.
  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace falcon::telemetry

#endif  // FALCON_TELEMETRY_LOG_WRITER_H_

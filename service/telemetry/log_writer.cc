// poll(2) before each write(2) of at most PIPE_BUF bytes, which a writable pipe accepts whole. So
// the descriptor stays blocking for everybody who shares it. Time is the system's: a thread that is
// stuck in a write may outlive any clock.
#include "telemetry/log_writer.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "telemetry/log.h"

namespace falcon::telemetry {
namespace {

// How often the end is checked while the reader stalls.
constexpr int kPollMillis = 100;

}  // namespace

struct LogWriter::State {
  State(int descriptor, size_t max) : fd(descriptor), max_bytes(max) {}

  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex) {
    return !queue.empty() || give_up_at.has_value();
  }

  // Whether the writer ends and its grace is over.
  bool GivesUp() {
    const absl::MutexLock lock(&mutex);
    return give_up_at.has_value() && std::chrono::steady_clock::now() >= *give_up_at;
  }

  // False: the system refused a part of it, or nobody read it until the end.
  bool WriteAll(std::string_view text) {
    while (!text.empty()) {
      if (GivesUp()) return false;
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      const int polled = poll(&ready, 1, kPollMillis);
      if (polled == 0 || (polled < 0 && errno == EINTR)) continue;
      const ssize_t written = write(fd, text.data(), std::min<size_t>(text.size(), PIPE_BUF));
      if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<size_t>(written));
      torn = true;
    }
    torn = false;
    return true;
  }

  bool WriteLine(std::string_view line) {
    // The last write left half a line: end it.
    if (torn && !WriteAll("\n")) return false;
    return WriteAll(line);
  }

  void ReportDropped() {
    const int64_t count = unreported;
    const std::string line = FormatLine(std::chrono::system_clock::now(), Level::kWarning,
                                        "log_lines_dropped", {{"count", count}});
    if (count > 0 && WriteLine(line)) unreported -= count;
  }

  void WriteLines(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      if (unreported > 0) ReportDropped();
      if (WriteLine(line)) continue;
      ++unreported;
      ++dropped;
    }
  }

  const int fd;
  const size_t max_bytes;
  std::atomic<int64_t> dropped = 0;

  absl::Mutex mutex;
  std::vector<std::string> queue ABSL_GUARDED_BY(mutex);
  size_t queued_bytes ABSL_GUARDED_BY(mutex) = 0;
  int64_t just_dropped ABSL_GUARDED_BY(mutex) = 0;  // after all that are in the queue
  std::optional<SteadyTime> give_up_at ABSL_GUARDED_BY(mutex);
  bool done ABSL_GUARDED_BY(mutex) = false;

  // Of the thread.
  int64_t unreported = 0;  // lines dropped or lost
  bool torn = false;       // the last write ended within a line
};

LogWriter::LogWriter(int fd, LogWriterOptions options)
    : options_(options),
      state_(std::make_shared<State>(fd, options.max_bytes)),
      thread_([state = state_] { Run(state); }) {}

LogWriter::~LogWriter() {
  State& state = *state_;
  bool ended = false;
  {
    const absl::MutexLock lock(&state.mutex);
    state.give_up_at = std::chrono::steady_clock::now() + options_.grace;
    ended = state.mutex.AwaitWithTimeout(
        absl::Condition(&state.done),
        absl::FromChrono(options_.grace + milliseconds(2 * kPollMillis)));
  }
  // Another writer may have filled the pipe between poll and write.
  ended ? thread_.join() : thread_.detach();
}

void LogWriter::Write(std::string line) {
  State& state = *state_;
  const absl::MutexLock lock(&state.mutex);
  if (state.queued_bytes + line.size() > state.max_bytes) {
    ++state.just_dropped;
    ++state.dropped;
    return;
  }
  state.queued_bytes += line.size();
  state.queue.push_back(std::move(line));
}

int64_t LogWriter::dropped() const { return state_->dropped; }

void LogWriter::Run(const std::shared_ptr<State>& shared) {
  pthread_setname_np(pthread_self(), "log");
  State& state = *shared;
  while (true) {
    std::vector<std::string> lines;
    int64_t dropped = 0;
    {
      const absl::MutexLock lock(&state.mutex);
      state.mutex.Await(absl::Condition(&state, &State::HasWork));
      if (state.queue.empty()) {
        state.done = true;
        return;
      }
      lines = std::exchange(state.queue, {});
      dropped = std::exchange(state.just_dropped, 0);
      state.queued_bytes = 0;
    }
    state.WriteLines(lines);
    state.unreported += dropped;
    if (dropped > 0) state.ReportDropped();
  }
}

}  // namespace falcon::telemetry

// poll(2) before each write(2) of at most PIPE_BUF bytes, which a pipe that is writable takes whole:
// the descriptor need not be made non-blocking, which would change it for everybody who shares it.
// Time is real: a thread that the system does not return from a write may outlive any clock.
#include "telemetry/log_writer.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/log_line.h"

namespace falcon::telemetry {
namespace {

// How often a stalled reader is looked at again for the sake of the end.
constexpr int kPollMillis = 100;

}  // namespace

struct LogWriter::State {
  State(int descriptor, size_t most) : fd(descriptor), max_bytes(most) {}

  // Whether the end has come and its grace is over.
  bool GivesUp() {
    const std::lock_guard lock(mutex);
    return give_up_at.has_value() && std::chrono::steady_clock::now() >= *give_up_at;
  }

  // False: the system did not take all of it, or nobody read it until the end.
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
    // Half a line stands there: end it.
    if (torn && !WriteAll("\n")) return false;
    return WriteAll(line);
  }

  void TellDropped() {
    const int64_t count = untold;
    const std::string line = FormatLine(std::chrono::system_clock::now(), Level::kWarning,
                                        "log_lines_dropped", {{"count", count}});
    if (count > 0 && WriteLine(line)) untold -= count;
  }

  void WriteLines(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      if (untold > 0) TellDropped();
      if (WriteLine(line)) continue;
      ++untold;
      ++dropped;
    }
  }

  const int fd;
  const size_t max_bytes;
  std::atomic<int64_t> dropped = 0;

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> queue;
  size_t queued_bytes = 0;
  int64_t just_dropped = 0;  // after all that are in the queue
  std::optional<SteadyTime> give_up_at;
  bool done = false;

  // The thread's own.
  int64_t untold = 0;  // dropped or lost, and not yet told
  bool torn = false;   // what was written last ends within a line
};

LogWriter::LogWriter(int fd, LogWriterOptions options)
    : options_(options),
      state_(std::make_shared<State>(fd, options.max_bytes)),
      thread_([state = state_] { Run(state); }) {}

LogWriter::~LogWriter() {
  std::unique_lock lock(state_->mutex);
  state_->give_up_at = std::chrono::steady_clock::now() + options_.grace;
  state_->changed.notify_all();
  const bool ended = state_->changed.wait_for(lock, options_.grace + milliseconds(2 * kPollMillis),
                                              [this] { return state_->done; });
  lock.unlock();
  // Another writer may have filled the pipe between poll and write.
  ended ? thread_.join() : thread_.detach();
}

void LogWriter::Write(std::string line) {
  const std::lock_guard lock(state_->mutex);
  if (state_->queued_bytes + line.size() > state_->max_bytes) {
    ++state_->just_dropped;
    ++state_->dropped;
    return;
  }
  state_->queued_bytes += line.size();
  state_->queue.push_back(std::move(line));
  state_->changed.notify_all();
}

int64_t LogWriter::dropped() const { return state_->dropped; }

void LogWriter::Run(const std::shared_ptr<State>& state) {
  pthread_setname_np(pthread_self(), "log");
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(
        lock, [&state] { return !state->queue.empty() || state->give_up_at.has_value(); });
    if (state->queue.empty()) break;
    const std::vector<std::string> lines = std::exchange(state->queue, {});
    const int64_t dropped = std::exchange(state->just_dropped, 0);
    state->queued_bytes = 0;
    lock.unlock();
    state->WriteLines(lines);
    state->untold += dropped;
    if (dropped > 0) state->TellDropped();
    lock.lock();
  }
  state->done = true;
  state->changed.notify_all();
}

}  // namespace falcon::telemetry

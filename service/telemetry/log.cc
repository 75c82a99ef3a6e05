// Lines by nlohmann's ordered JSON, written by poll(2) before each write(2) of at most PIPE_BUF
// bytes, which a writable pipe accepts whole. So the descriptor stays blocking for everybody who
// shares it. Time is the system's: a thread that is stuck in a write may outlive any clock.
#include "telemetry/log.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/text.h"

namespace falcon::telemetry {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"debug", "info", "warning", "error", "off"};

std::string_view Name(Level level) { return kNames[static_cast<size_t>(level)]; }

std::string Timestamp(WallTime now) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", absl::FromChrono(now), absl::UTCTimeZone());
}

nlohmann::ordered_json ToJson(const Field& field) {
  return std::visit(
      [](const auto& value) -> nlohmann::ordered_json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          return EscapeUnsafe(value);
        } else {
          return value;
        }
      },
      field.value());
}

// How often the end is checked while the reader stalls.
constexpr int kPollMillis = 100;

}  // namespace

std::optional<Level> ParseLevel(std::string_view name) {
  if (EqualsIgnoringCase(name, "warn")) return Level::kWarning;
  for (const Level level :
       {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kOff}) {
    if (EqualsIgnoringCase(name, Name(level))) return level;
  }
  return std::nullopt;
}

std::string FormatLine(WallTime at, Level level, std::string_view event, Fields fields) {
  nlohmann::ordered_json line;
  line["ts"] = Timestamp(at);
  line["level"] = Name(level);
  line["event"] = EscapeUnsafe(event);
  for (const Field& field : fields) line[field.key()] = ToJson(field);
  return line.dump() + "\n";
}

Log::Log(Level level, const Clock& clock, LineSink sink)
    : level_(level), clock_(clock), sink_(std::move(sink)) {}

Log::Log(Level level, const Clock& clock, std::ostream& out)
    : Log(level, clock, [&out, mutex = std::make_shared<absl::Mutex>()](const std::string& line) {
        const absl::MutexLock lock(mutex.get());
        out << line << std::flush;
      }) {}

void Log::Write(Level level, std::string_view event, Fields fields) {
  if (Writes(level)) sink_(FormatLine(clock_.WallNow(), level, event, fields));
}

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

bool RepeatLimiter::Admit(const Key& key) {
  const absl::MutexLock lock(&mutex_);
  const bool known = windows_.contains(key);
  const Key shared = {"other"};
  Window& window = windows_[known || windows_.size() < limits_.max_keys ? key : shared];
  if (window.lines == 0) window.end = clock_.Now() + limits_.window;
  return ++window.lines <= limits_.burst;
}

void RepeatLimiter::Flush(const std::function<void(const Key& key, int64_t suppressed)>& report) {
  std::map<Key, Window> ended;
  {
    const absl::MutexLock lock(&mutex_);
    const SteadyTime now = clock_.Now();
    for (auto at = windows_.begin(); at != windows_.end();) {
      const auto next = std::next(at);
      if (at->second.end <= now) ended.insert(windows_.extract(at));
      at = next;
    }
  }
  for (const auto& [key, window] : ended) {
    if (window.lines > limits_.burst) report(key, window.lines - limits_.burst);
  }
}

}  // namespace falcon::telemetry

// The reader of lines, and the one writer that all answers share.
#include "mcp/transport/stdio.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/protocol/message.h"
#include "mcp/protocol/reply.h"

namespace falcon::mcp {
namespace {

constexpr size_t kChunkBytes = size_t{64} * 1024;

// Where answers go. Outlives the serving, since a cancelled call may end after it.
class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}

  void WriteLine(std::string text) {
    text.push_back('\n');
    const std::lock_guard lock(writing_);
    if (over_ || WriteAll(text)) return;
    over_ = true;
    const std::lock_guard state_lock(state_);
    broken_ = true;
    changed_.notify_all();
  }

  // Nothing is written any more once it returns.
  void Close() {
    const std::lock_guard lock(writing_);
    over_ = true;
  }

  bool broken() {
    const std::lock_guard lock(state_);
    return broken_;
  }

  void Begin() {
    const std::lock_guard lock(state_);
    ++in_flight_;
  }

  void End() {
    const std::lock_guard lock(state_);
    --in_flight_;
    changed_.notify_all();
  }

  // Until nothing is in flight, or nobody is there to read it.
  void AwaitAnswers(std::chrono::milliseconds at_most) {
    std::unique_lock lock(state_);
    changed_.wait_for(lock, at_most, [this] { return in_flight_ == 0 || broken_; });
  }

 private:
  bool WriteAll(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<size_t>(written));
      } else if (errno == EAGAIN) {
        pollfd room{fd_, POLLOUT, 0};
        poll(&room, 1, -1);
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  const int fd_;
  std::mutex writing_;
  bool over_ = false;  // guarded by writing_
  std::mutex state_;
  std::condition_variable changed_;
  size_t in_flight_ = 0;  // these two are guarded by state_
  bool broken_ = false;
};

// One message's; the message is in flight while it lives.
class LineOutlet : public ResponseSink {
 public:
  explicit LineOutlet(std::shared_ptr<Output> output) : output_(std::move(output)) {
    output_->Begin();
  }
  ~LineOutlet() override { output_->End(); }
  LineOutlet(const LineOutlet&) = delete;
  LineOutlet& operator=(const LineOutlet&) = delete;

  void Send(OutgoingMessage message) override { output_->WriteLine(std::move(message.text)); }

 private:
  const std::shared_ptr<Output> output_;
};

std::string TooLong() {
  return ErrorReply("null", {kInvalidRequest, "The line was skipped: a message may have at most " +
                                                  std::to_string(kMaxMessageBytes) + " bytes."});
}

enum class Input { kGoesOn, kEnded, kFailed };

// Waits for input, and for a client that reads no more.
Input ReadSome(int in, int out, std::vector<char>& chunk, std::string_view& bytes) {
  bytes = {};
  pollfd waits[] = {{in, POLLIN, 0}, {out, 0, 0}};
  if (poll(waits, std::size(waits), -1) < 0) {
    return errno == EINTR ? Input::kGoesOn : Input::kFailed;
  }
  // What the client wrote before it left is read first.
  if (waits[0].revents == 0) return Input::kFailed;
  const ssize_t size = read(in, chunk.data(), chunk.size());
  if (size == 0) return Input::kEnded;
  if (size < 0) return errno == EINTR || errno == EAGAIN ? Input::kGoesOn : Input::kFailed;
  bytes = std::string_view(chunk.data(), static_cast<size_t>(size));
  return Input::kGoesOn;
}

// More than this is given back once a line is done, so that one long line does not stay.
constexpr size_t kMaxKept = size_t{64} * 1024;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

void LineFramer::Feed(std::string_view bytes, const Take& take) {
  for (size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    Finish(bytes.substr(0, end), take);
    bytes.remove_prefix(end + 1);
  }
  Hold(bytes);
}

void LineFramer::End(const Take& take) { Finish({}, take); }

void LineFramer::Hold(std::string_view piece) {
  if (skipping_) return;
  // One more than the limit, since it may be the CR of the line's end.
  if (held_.size() + piece.size() > max_bytes_ + 1) {
    skipping_ = true;
    held_ = std::string();
    return;
  }
  held_.append(piece);
}

void LineFramer::Finish(std::string_view last, const Take& take) {
  std::string_view line = last;
  if (!held_.empty()) {
    Hold(last);
    line = held_;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (skipping_ || line.size() > max_bytes_) {
    take({.text = {}, .too_long = true});
  } else if (!IsBlank(line)) {
    take({.text = line, .too_long = false});
  }
  skipping_ = false;
  held_.clear();
  if (held_.capacity() > kMaxKept) held_ = std::string();
}

bool ServeStdio(Server& server, int in, int out, std::chrono::milliseconds grace) {
  const auto session = std::make_shared<Session>();
  const auto output = std::make_shared<Output>(out);
  const LineFramer::Take take = [&](const LineFramer::Line& line) {
    if (line.too_long) return output->WriteLine(TooLong());
    server.Handle(line.text, session, std::make_shared<LineOutlet>(output));
  };
  LineFramer framer(kMaxMessageBytes);
  std::vector<char> chunk(kChunkBytes);
  Input input = Input::kGoesOn;
  while (input == Input::kGoesOn) {
    std::string_view bytes;
    input = ReadSome(in, out, chunk, bytes);
    framer.Feed(bytes, take);
    if (output->broken()) input = Input::kFailed;
  }
  if (input == Input::kEnded) {
    framer.End(take);
    output->AwaitAnswers(grace);
  }
  session->CancelAll();
  output->Close();
  return input == Input::kEnded && !output->broken();
}

}  // namespace falcon::mcp

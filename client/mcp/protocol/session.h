// A client's conversation: what was agreed upon, and the calls in flight.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_SESSION_H_
#define FALCON_CLIENT_MCP_PROTOCOL_SESSION_H_

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/reply.h"

namespace falcon::mcp {

// One message to the client: one line of JSON without its end.
struct OutgoingMessage {
  std::string text;
  // The answer to the request; nothing follows it. Else a notification on the way to it.
  bool last = true;
  // What HTTP answers with: 200, 400 or 404. Only of the last.
  int http_status = 200;
};

// Where the answer to one message goes. Any thread, one call at a time; outlives the request.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void Send(OutgoingMessage message) = 0;
};

// A request that a worker answers: what it may still send, and how it is stopped. Thread-safe.
// Sends nothing once it is over: answered or cancelled.
class Call {
 public:
  // `progress_token`: JSON text, empty where the client gave none.
  Call(ReplyHead head, std::shared_ptr<ResponseSink> sink, std::string progress_token);

  const ReplyHead& head() const { return head_; }
  std::stop_token stop_token() const { return stop_.get_token(); }
  bool over() const { return over_; }

  // When it began, or made progress since.
  std::chrono::steady_clock::time_point last_progress() const { return last_progress_at_; }

  // Passes on what is more than the last time, if the client asked for it. `total` 0: not known.
  void Progress(double progress, double total, const std::string& message);
  // The reply, whole.
  void Answer(std::string text);
  // After it returns, nothing more is sent.
  void Cancel();
  // Answers with an error, and stops it.
  void Fail(const RpcError& error);

 private:
  const ReplyHead head_;
  const std::shared_ptr<ResponseSink> sink_;
  const std::string progress_token_;
  std::stop_source stop_;
  // Held while something is sent, so that nothing follows the answer or a cancellation.
  std::mutex mutex_;
  std::atomic<bool> over_ = false;
  std::atomic<std::chrono::steady_clock::time_point> last_progress_at_;
  double last_progress_ = -std::numeric_limits<double>::infinity();
};

// A client's conversation: on stdio the whole process, on HTTP (which keeps no sessions) one POST.
// Holds what `initialize` agreed upon and what is in flight. Thread-safe.
class Session {
 public:
  using Clock = std::chrono::steady_clock;

  // Cancels what is in flight; nothing is sent for it any more.
  void CancelAll();
  // When a call that is in flight last made progress, or began; the latest of several. Now, where
  // there is none.
  Clock::time_point last_progress();
  // Answers the calls that made no progress for so long with an error, and stops them. False: there
  // are none.
  bool EndStalled(std::chrono::milliseconds limit);

 private:
  friend class Server;
  std::string version();
  void Agree(std::string_view version);
  // False: a call with the same id is in flight, and this one is not taken.
  bool Begin(const std::shared_ptr<Call>& call);
  void End(const Call& call);
  void Cancel(std::string_view id);

  std::mutex mutex_;
  // Of the initialize era, once agreed upon.
  std::string version_;
  // In flight, and those whose answer is being sent.
  std::vector<std::shared_ptr<Call>> calls_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_SESSION_H_

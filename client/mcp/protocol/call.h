// A request that a worker answers: what it may still send, and how it is stopped.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_CALL_H_
#define FALCON_CLIENT_MCP_PROTOCOL_CALL_H_

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "mcp/protocol/reply.h"
#include "mcp/protocol/server.h"

namespace falcon::mcp {

// Thread-safe. Sends nothing once it is over: answered or cancelled.
class Call {
 public:
  // `progress_token`: JSON text, empty where the client gave none.
  Call(ReplyHead head, std::shared_ptr<Outlet> outlet, std::string progress_token);

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
  const std::shared_ptr<Outlet> outlet_;
  const std::string progress_token_;
  std::stop_source stop_;
  // Held while something is sent, so that nothing follows the answer or a cancellation.
  std::mutex mutex_;
  std::atomic<bool> over_ = false;
  std::atomic<std::chrono::steady_clock::time_point> last_progress_at_;
  double last_progress_ = -std::numeric_limits<double>::infinity();
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_CALL_H_

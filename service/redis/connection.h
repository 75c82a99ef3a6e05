// Connection: one connection to Redis, from connecting to closing. Commands are answered in order.
#ifndef FALCON_REDIS_CONNECTION_H_
#define FALCON_REDIS_CONNECTION_H_

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "redis/protocol.h"
#include "redis/redis_store.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "runtime/thread_affinity.h"

namespace falcon::redis {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, runtime::Executor>;

// Loop thread only. Its own tasks keep it alive until they end.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Called once: with the reply, or with null when the connection closes before it arrives.
  using OnReply = std::function<void(const Reply* reply)>;

  // A reply longer than `max_value_bytes` closes the connection.
  Connection(runtime::Executor executor, Access access, size_t max_value_bytes);

  // Begins to connect and to authenticate. Names are resolved on asio's own thread. Of the
  // addresses of a name, number `first` (modulo their count) is tried first, then the others in
  // turn.
  void Open(size_t first);
  // Never waits. Call it once ready() holds; on a closed connection `on_reply` is called at once.
  void Send(std::span<const std::string_view> words, OnReply on_reply);
  // Closes it. Idempotent: the first `why` is kept.
  void Close(std::string why);

  // Set when Redis has accepted the credentials, or when the connection is closed.
  runtime::OneShotEvent& settled() { return settled_; }
  runtime::OneShotEvent& closed() { return closed_; }
  // Set when its tasks have ended: soon after it is closed, unless a name is still being resolved,
  // which goes on until the system gives up.
  runtime::OneShotEvent& ended() { return ended_; }
  bool ready() const { return authenticated_ && !closed_.is_set(); }
  // Why it was closed. Holds nothing that was sent.
  const std::string& why() const { return why_; }

  // Commands without a reply yet, and their bytes.
  size_t waiting() const { return waiting_.size(); }
  size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Waiting {
    size_t bytes;
    OnReply on_reply;
  };

  static Task<void> Read(std::shared_ptr<Connection> self, size_t first);
  static Task<void> Write(std::shared_ptr<Connection> self);
  void Authenticate();
  void HandleReplies(std::string_view bytes);

  [[no_unique_address]] runtime::ThreadAffinity loop_thread_;
  const runtime::Executor executor_;
  Access access_;
  ReplyReader reader_;
  boost::asio::cancellation_signal connecting_;
  std::optional<Socket> socket_;  // null: still connecting
  std::string outbox_;
  bool writing_ = false;
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  bool authenticated_ = false;
  std::string why_;
  runtime::OneShotEvent settled_;
  runtime::OneShotEvent closed_;
  runtime::OneShotEvent ended_;
};

}  // namespace falcon::redis

#endif  // FALCON_REDIS_CONNECTION_H_

// Connection: one connection to Redis, from the first byte to the last. Commands are answered in
// their order.
#ifndef FALCON_REDIS_CONNECTION_H_
#define FALCON_REDIS_CONNECTION_H_

#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "redis/dial.h"
#include "redis/protocol.h"
#include "runtime/one_shot_event.h"

namespace falcon::redis {

// Where Redis is, and as whom to log in.
struct Access {
  std::string address;  // as Dial takes it
  std::string user;     // empty: Redis' default one
  Secret password;      // empty: no log-in
};

// Loop thread only. Its own tasks keep it alive until they have ended.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Called once: with the reply, or with null when the connection goes before it.
  using OnReply = std::function<void(const Reply* reply)>;

  // `most_value_bytes`: a longer reply ends the connection.
  Connection(runtime::Executor executor, Access access, size_t most_value_bytes);

  // Begins to connect and to log in. `first`: as Dial takes it.
  void Open(size_t first);
  // Never waits. Once it is ready; after its end `on_reply` is called at once.
  void Send(std::span<const std::string_view> words, OnReply on_reply);
  // Ends it. Idempotent: the first `why` counts.
  void Close(std::string why);

  // Set when Redis has taken the log-in, or when the connection is gone.
  runtime::OneShotEvent& settled() { return settled_; }
  runtime::OneShotEvent& gone() { return gone_; }
  // Set when nothing dials or reads for it any more: soon after it is gone, but for a name that is
  // still being resolved.
  runtime::OneShotEvent& ended() { return ended_; }
  bool ready() const { return logged_in_ && !gone_.is_set(); }
  // Why it is gone. Holds nothing that was sent.
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
  void LogIn();
  void Take(std::string_view bytes);

  const runtime::Executor executor_;
  Access access_;
  ReplyReader reader_;
  boost::asio::cancellation_signal dialling_;
  std::optional<Socket> socket_;  // null: it dials yet
  std::string outbox_;
  bool writing_ = false;
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;
  bool logged_in_ = false;
  std::string why_;
  runtime::OneShotEvent settled_;
  runtime::OneShotEvent gone_;
  runtime::OneShotEvent ended_;
};

}  // namespace falcon::redis

#endif  // FALCON_REDIS_CONNECTION_H_

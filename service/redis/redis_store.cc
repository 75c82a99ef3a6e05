// One task that stays connected, and queries that outlive their waiters.
#include "redis/redis_store.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "redis/connection.h"
#include "runtime/one_shot_event.h"

namespace falcon::redis {
namespace {

constexpr Backoff kBackoff(milliseconds(500), seconds(10));
constexpr int kMaxFailures = 3;
// A Get waits behind what is under way already: in 20 ms a gigabit link brings 2.5 MB.
constexpr size_t kMaxWaitingBytes = size_t{1} << 20;
constexpr size_t kMaxWaiting = 4000;
// Of all values of one Get.
constexpr size_t kMaxAnswerBytes = size_t{16} << 20;

// One Get. Its replies may arrive after its waiter has left.
struct Query {
  Query(runtime::Executor executor, size_t count) : answered(executor), values(count) {}

  void OnReply(size_t index, const Reply* reply) {
    lost = lost || reply == nullptr;
    if (reply != nullptr && reply->kind == Reply::Kind::kError) failed = true;
    if (reply != nullptr && reply->kind == Reply::Kind::kText && !over) {
      bytes += reply->text.size();
      if (bytes <= kMaxAnswerBytes) values[index] = reply->text;
    }
    if (--left == 0) answered.Set();
  }

  runtime::OneShotEvent answered;
  Values values;
  size_t left = 0;
  size_t bytes = 0;
  bool failed = false;  // Redis answered with an error
  bool lost = false;    // the connection was closed
  bool over = false;    // the waiter has left
};

}  // namespace

class RedisStore::State : public std::enable_shared_from_this<State> {
 public:
  State(RedisOptions options, runtime::Loop& loop, const Clock& clock, runtime::Timer& timer,
        Jitter jitter, telemetry::Log& log)
      : options_(std::move(options)),
        loop_(loop),
        clock_(clock),
        timer_(timer),
        jitter_(std::move(jitter)),
        log_(log) {}

  static Task<void> StayConnected(std::shared_ptr<State> self) {
    size_t unsettled = 0;
    while (!self->closed_) {
      const auto connection = std::make_shared<Connection>(self->loop_.executor(),
                                                           self->options_.access, kMaxValueBytes);
      self->connection_ = connection;
      connection->Open(unsettled);
      const SteadyTime until = self->clock_.Now() + self->options_.connect_timeout;
      const bool settled = co_await connection->settled().WaitUntil(until, self->timer_);
      if (!settled) {
        ++unsettled;
        connection->Close("no reply to the authentication");
      }
      if (connection->ready()) self->LogChange("");
      co_await connection->closed().Wait();
      if (self->closed_) co_return;
      ++self->faults_;
      self->LogChange(connection->why());
      const SteadyTime again =
          self->clock_.Now() + kBackoff.After(++self->pauses_, self->jitter_());
      // While a name server hangs, no further query is made.
      co_await connection->ended().Wait();
      co_await self->timer_.SleepUntil(again);
    }
  }

  static Task<Values> Get(std::shared_ptr<State> self, std::vector<std::string> keys) {
    const auto query = std::make_shared<Query>(self->loop_.executor(), keys.size());
    if (!self->Ask(keys, query)) co_return std::move(query->values);
    const SteadyTime asked = self->clock_.Now();
    const SteadyTime until = asked + self->options_.get_timeout;
    const bool in_time = co_await query->answered.WaitUntil(until, self->timer_);
    query->over = true;
    if (in_time && !query->failed && !query->lost) {
      self->failures_ = 0;
      self->pauses_ = 0;
    } else if (!query->lost) {
      self->Fail(asked);
    }
    co_return std::move(query->values);
  }

  void Put(const std::string& key, const std::string& value, milliseconds ttl) {
    if (!Takes(value.size())) return;
    const std::string span = StrCat(ttl.count());
    const std::string_view words[] = {"SET", key, value, "PX", span};
    connection_->Send(words, [store = weak_from_this()](const Reply* reply) {
      const bool error = reply != nullptr && reply->kind == Reply::Kind::kError;
      if (const auto state = store.lock(); error && state != nullptr) ++state->faults_;
    });
  }

  bool Takes(size_t bytes) const {
    return Connected() && bytes <= kMaxValueBytes &&
           connection_->waiting_bytes() < kMaxWaitingBytes;
  }
  StoreStats stats() const { return {Connected(), faults_}; }

  void Close() {
    closed_ = true;
    if (connection_ != nullptr) connection_->Close("the store was closed");
  }

 private:
  bool Connected() const { return connection_ != nullptr && connection_->ready(); }

  // Not MGET: its one reply would be as large as all values together.
  bool Ask(const std::vector<std::string>& keys, const std::shared_ptr<Query>& query) {
    const size_t count = std::min(keys.size(), kMaxKeys);
    if (!Connected() || connection_->waiting() + count > kMaxWaiting || count == 0) return false;
    query->left = count;
    const std::shared_ptr<Connection> connection = connection_;
    for (size_t i = 0; i < count; ++i) {
      const std::string_view words[] = {"GET", keys[i]};
      connection->Send(words, [query, i](const Reply* reply) { query->OnReply(i, reply); });
    }
    return true;
  }

  // Gets that were under way at the same time fail together: that is one failure.
  void Fail(SteadyTime asked) {
    ++faults_;
    if (failures_ > 0 && asked < failed_at_) return;
    failed_at_ = clock_.Now();
    if (++failures_ < kMaxFailures) return;
    failures_ = 0;
    if (connection_ != nullptr) connection_->Close("Redis is too slow, or answers with errors");
  }

  // Logs why it is not connected (empty: it is), once for each change.
  void LogChange(std::string_view why) {
    if (logged_ == why) return;
    logged_ = why;
    if (why.empty()) {
      log_.Info("redis_connected");
    } else {
      log_.Warning("redis_unavailable", {{"error", why}});
    }
  }

  const RedisOptions options_;
  runtime::Loop& loop_;
  const Clock& clock_;
  runtime::Timer& timer_;
  const Jitter jitter_;
  telemetry::Log& log_;
  std::shared_ptr<Connection> connection_;  // the latest
  int64_t faults_ = 0;
  int failures_ = 0;  // of Gets, in a row
  SteadyTime failed_at_{};
  int pauses_ = 0;  // since the last Get that worked
  std::optional<std::string> logged_;
  bool closed_ = false;
};

RedisStore::RedisStore(RedisOptions options, runtime::Loop& loop, const Clock& clock,
                       runtime::Timer& timer, Jitter jitter, telemetry::Log& log)
    : state_(
          std::make_shared<State>(std::move(options), loop, clock, timer, std::move(jitter), log)),
      loop_(loop) {
  loop_.Spawn(State::StayConnected(state_));
}

RedisStore::~RedisStore() {
  loop_.Post([state = std::move(state_)] { state->Close(); });
}

Task<Values> RedisStore::Get(std::vector<std::string> keys) {
  return State::Get(state_, std::move(keys));
}

void RedisStore::Put(const std::string& key, const std::string& value, milliseconds ttl) {
  state_->Put(key, value, ttl);
}

bool RedisStore::Takes(size_t bytes) const { return state_->Takes(bytes); }

StoreStats RedisStore::stats() const { return state_->stats(); }

}  // namespace falcon::redis

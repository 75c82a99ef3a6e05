// Redis' protocol: commands into bytes, and bytes into replies.
#ifndef FALCON_REDIS_PROTOCOL_H_
#define FALCON_REDIS_PROTOCOL_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct redisReader;  // NOLINT(readability-identifier-naming): hiredis names it

namespace falcon::redis {

// Arrays are none: no command of ours is answered by one.
struct Reply {
  enum class Kind { kText, kNothing, kError };
  Kind kind = Kind::kNothing;
  std::string text;  // of kError: such as "NOAUTH Authentication required."
};

// The first word of an error: "NOAUTH". The rest may repeat what was sent, a password for one.
std::string_view CodeOf(const Reply& error);

// The bytes of one command; at least one word.
std::string CommandText(std::span<const std::string_view> words);

class ReplyReader {
 public:
  // A reply that is larger than `most_bytes`, by more than was fed at once, is a failure.
  explicit ReplyReader(size_t most_bytes);

  void Feed(std::string_view bytes);
  // The next whole reply; nullopt: its end has not come yet. UNAVAILABLE: this is not Redis, or not
  // for us; nothing further can be read.
  absl::StatusOr<std::optional<Reply>> Next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  const size_t most_bytes_;
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace falcon::redis

#endif  // FALCON_REDIS_PROTOCOL_H_

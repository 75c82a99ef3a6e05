// Redis' protocol: encodes commands and decodes replies.
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

// No array: none of the commands that are used returns one.
struct Reply {
  enum class Kind { kText, kNothing, kError };
  Kind kind = Kind::kNothing;
  std::string text;  // of kError: such as "NOAUTH Authentication required."
};

// The first word of an error, such as "NOAUTH". The rest may repeat what was sent, even a password.
std::string_view CodeOf(const Reply& error);

// The bytes of one command; at least one word.
std::string CommandText(std::span<const std::string_view> words);

class ReplyReader {
 public:
  // A reply that exceeds `max_bytes` by more than was fed at once is an error.
  explicit ReplyReader(size_t max_bytes);

  void Feed(std::string_view bytes);
  // The next whole reply; nullopt: its end has not arrived yet. UNAVAILABLE: the peer is not Redis,
  // or sends what was not asked for; nothing further can be read.
  absl::StatusOr<std::optional<Reply>> Next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  const size_t max_bytes_;
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace falcon::redis

#endif  // FALCON_REDIS_PROTOCOL_H_

// Uses hiredis' formatter and reader, not its asynchronous connection, which blocks the loop while
// it resolves names and ends the program when a server sends an unexpected reply.
#include "redis/protocol.h"

#include <hiredis.h>
#include <strings.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"

namespace falcon::redis {
namespace {

void* TextReply(const redisReadTask* task, char* text, size_t size) {
  const bool error = task->type == REDIS_REPLY_ERROR;
  return new Reply{error ? Reply::Kind::kError : Reply::Kind::kText, std::string(text, size)};
}

void* NumberReply(const redisReadTask* /*task*/, long long number) {
  return new Reply{Reply::Kind::kText, StrCat(number)};
}

void* NoReply(const redisReadTask* /*task*/) { return new Reply; }

// Null is an error for hiredis, reported as a lack of memory.
void* ArrayReply(const redisReadTask* /*task*/, int /*elements*/) { return nullptr; }

void FreeReply(void* reply) { delete static_cast<Reply*>(reply); }

// hiredis takes a non-const pointer and changes nothing.
redisReplyObjectFunctions* Functions() {
  static const redisReplyObjectFunctions functions = {&TextReply, &ArrayReply, &NumberReply,
                                                      &NoReply, &FreeReply};
  return const_cast<redisReplyObjectFunctions*>(&functions);
}

absl::Status Broken(std::string_view what) {
  return absl::UnavailableError(ToAbsl(StrCat("not a reply of Redis: ", what)));
}

}  // namespace

std::string_view CodeOf(const Reply& error) {
  const std::string_view text = error.text;
  return text.substr(0, text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

std::string CommandText(std::span<const std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<size_t> sizes;
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* bytes = nullptr;
  const int size =
      redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (size < 0) return "";
  std::string text(bytes, static_cast<size_t>(size));
  explicit_bzero(bytes, text.size());  // it may hold a password
  redisFreeCommand(bytes);
  return text;
}

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader(size_t max_bytes)
    : max_bytes_(max_bytes), reader_(redisReaderCreateWithFunctions(Functions())) {}

void ReplyReader::Feed(std::string_view bytes) {
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

absl::StatusOr<std::optional<Reply>> ReplyReader::Next() {
  void* found = nullptr;
  if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) {
    return Broken(reader_->err == REDIS_ERR_OOM ? "it is an array" : reader_->errstr);
  }
  if (found != nullptr) {
    const std::unique_ptr<Reply> reply(static_cast<Reply*>(found));
    return std::optional(std::move(*reply));
  }
  if (reader_->len - reader_->pos > max_bytes_) return Broken("it is too large");
  return std::nullopt;
}

}  // namespace falcon::redis

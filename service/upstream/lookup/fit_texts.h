// Cuts texts of a message that is too large to be answered.
#ifndef FALCON_UPSTREAM_LOOKUP_FIT_TEXTS_H_
#define FALCON_UPSTREAM_LOOKUP_FIT_TEXTS_H_

#include <cstddef>
#include <string>

#include "google/protobuf/message.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// What an answer may weigh: clients of gRPC refuse more than 4 MiB by default. The rest is left for
// what gRPC adds.
inline constexpr size_t kMaxAnswerBytes = (size_t{4} << 20) - (size_t{64} << 10);
// What the records of an answer may weigh: the rest is left for what stands beside them.
inline constexpr size_t kMaxRecordBytes = kMaxAnswerBytes - (size_t{192} << 10);

// Of a record or a text in an answer: the tag and the length before it.
inline constexpr size_t kFieldBytes = 8;

// Cuts the largest texts of `message` to equal lengths until it weighs at most `max_bytes`, at the
// ends of characters and with an ellipsis. A note in `stats` (TEXT_TRUNCATED) for each, with its
// path in `message` and `id`. What is no text stays, so that the message may still be too large.
void FitTexts(google::protobuf::Message& message, size_t max_bytes, const std::string& id,
              CallStats& stats);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_LOOKUP_FIT_TEXTS_H_

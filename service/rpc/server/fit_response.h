// The last guard before an answer leaves: none is larger than clients take.
#ifndef FALCON_RPC_SERVER_FIT_RESPONSE_H_
#define FALCON_RPC_SERVER_FIT_RESPONSE_H_

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace falcon::rpc {

// Cuts the largest texts of `answer` if it weighs more than kMaxAnswerBytes, and says so in its
// `read_info.notes`. RESOURCE_EXHAUSTED (ANSWER_TOO_LARGE) where that is not enough. Pages and
// look-ups are divided before: this is for answers that cannot be.
absl::Status FitResponse(google::protobuf::Message& answer);

// Whether weighing and serialising `answer` would hold the loop up.
bool HoldsManyRecords(const google::protobuf::Message& answer);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_FIT_RESPONSE_H_

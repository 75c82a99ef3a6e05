// What a look-up of one id says when the record is not there.
#ifndef FALCON_RPC_LOOKUP_ANSWER_H_
#define FALCON_RPC_LOOKUP_ANSWER_H_

#include <string_view>

#include "absl/status/status.h"
#include "falcon/v1/types.pb.h"

namespace falcon::rpc {

// NOT_FOUND, or for another code of Falcon's its status. `field` held the id.
absl::Status MissingRecord(const v1::PartialError& error, std::string_view field);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_LOOKUP_ANSWER_H_

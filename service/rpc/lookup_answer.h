// What a look-up of one id says when the record is not there.
#ifndef FALCON_RPC_LOOKUP_ANSWER_H_
#define FALCON_RPC_LOOKUP_ANSWER_H_

#include <string_view>

#include "absl/status/status.h"
#include "falcon/v1/types.pb.h"
#include "google/protobuf/repeated_field.h"

namespace falcon::rpc {

// OK when nothing is missing; else NOT_FOUND, or for another code of Falcon's its status. `field`
// held the id.
absl::Status FoundOne(const google::protobuf::RepeatedPtrField<v1::PartialError>& missing,
                      std::string_view field);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_LOOKUP_ANSWER_H_

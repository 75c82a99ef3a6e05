// How old what an RPC answers may be: by the proto, unless the request says otherwise.
#ifndef FALCON_RPC_SERVER_STALENESS_H_
#define FALCON_RPC_SERVER_STALENESS_H_

#include <optional>
#include <string_view>

#include "base/time.h"
#include "google/protobuf/message.h"
#include "rpc/server/request_validator.h"
#include "upstream/call/reading.h"

namespace falcon::rpc {

// By the `upstream` option of `method`, "/falcon_gateway.v1.HostService/GetHost"; unset where it says
// nothing.
std::optional<milliseconds> DefaultStaleness(std::string_view method);

// `read_options.max_staleness` of a request, at most an hour; unset where it says nothing. A
// violation below zero.
std::optional<milliseconds> RequestedStaleness(const google::protobuf::Message& request,
                                               RequestValidator& validator);

// Has `reading` take what is as old as the request says, if it says so. A violation below zero.
void ApplyStaleness(const google::protobuf::Message& request, upstream::Reading& reading,
                    RequestValidator& validator);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_STALENESS_H_

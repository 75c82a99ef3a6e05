// Makes the calls that a command asks for and shows what comes back.
#ifndef FALCON_CLIENT_CLI_CALLS_H_
#define FALCON_CLIENT_CLI_CALLS_H_

#include <google/protobuf/message.h>

#include "cli/call_context.h"

namespace falcon::client {

// One answer, a list over its pages, or an export, as the method is. Returns the exit code. Records
// go to context.environment.out; errors, notes and progress to its err.
// `start`: what the request's times counted back from.
int RunCall(const CallContext& context, const MethodCall& call, absl::Time start,
            google::protobuf::Message& request);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_CALLS_H_

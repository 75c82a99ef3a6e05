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

// An export, as RunCall does it. A stream that breaks in a way that may pass is resumed after what was
// written, for call.retry_for without progress. After that, and when the output cannot be written,
// the resume token of the last complete message is printed. No deadline unless --timeout sets one.
int RunExport(const CallContext& context, const MethodCall& call, absl::Time start,
              google::protobuf::Message& request);

// --explain: prints the call as a grpcurl line and, where it has a filter, the FQL that the gateway
// makes of it, without asking Falcon. Returns the exit code.
int Explain(const CallContext& context, const Method& method, google::protobuf::Message& request);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_CALLS_H_

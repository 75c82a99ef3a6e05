// An export: a stream of batches, resumed when it breaks.
#ifndef FALCON_CLIENT_CLI_EXPORT_CALL_H_
#define FALCON_CLIENT_CLI_EXPORT_CALL_H_

#include <google/protobuf/message.h>

#include "cli/call_context.h"

namespace falcon::client {

// The exit code. A stream that breaks in a way that may pass is resumed after what was written, for
// call.retry_for without progress; then, and when the output cannot be written, the resume token of
// the last message wholly written is printed. `start`: what the request's times counted back from.
// No deadline unless --timeout gives one.
int RunExport(const CallContext& context, const MethodCall& call, absl::Time start,
              google::protobuf::Message& request);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_EXPORT_CALL_H_

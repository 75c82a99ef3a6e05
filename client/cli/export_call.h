// An export: a stream of batches, resumed when it breaks.
#ifndef FALCON_CLIENT_CLI_EXPORT_CALL_H_
#define FALCON_CLIENT_CLI_EXPORT_CALL_H_

#include <google/protobuf/message.h>

#include "cli/call_context.h"

namespace falcon::client {

// The exit code. A stream that breaks in a way that may pass is resumed after what was written,
// call.retry times without progress; then the resume token is printed. No deadline unless --timeout
// gives one.
int RunExport(const CallContext& context, const MethodCall& call,
              google::protobuf::Message& request);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_EXPORT_CALL_H_

// --explain: the call that a command makes, without asking Falcon.
#ifndef FALCON_CLIENT_CLI_EXPLAIN_H_
#define FALCON_CLIENT_CLI_EXPLAIN_H_

#include <google/protobuf/message.h>

#include "catalog.h"
#include "cli/call_context.h"

namespace falcon::client {

// Prints the call as a grpcurl line and, where it has a filter, the FQL that the gateway makes of
// it. The exit code.
int Explain(const CallContext& context, const Method& method, google::protobuf::Message& request);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_EXPLAIN_H_

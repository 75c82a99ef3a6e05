// Who calls, for a fair share of Falcon's budget.
#ifndef FALCON_RPC_CALLER_NAME_H_
#define FALCON_RPC_CALLER_NAME_H_

#include <grpcpp/server_context.h>

#include <string>

namespace falcon::rpc {

// The identity that the client's certificate proves; without one, what its metadata `falcon-caller`
// says; else its address. A name that no certificate proves never passes for one that it does.
std::string CallerName(const grpc::CallbackServerContext& context);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_CALLER_NAME_H_

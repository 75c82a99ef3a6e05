// StartUnary: adapts a unary RPC to the coroutine that serves it on the loop.
#ifndef FALCON_RPC_SERVER_UNARY_CALL_H_
#define FALCON_RPC_SERVER_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <utility>

#include "rpc/server/rpc_environment.h"

namespace falcon::rpc {

// Fills the response but for its `read_info`. Request and response outlive the task.
using UnaryHandler = std::function<Task<absl::Status>(RpcContext&)>;

// A unary RPC as gRPC hands it over.
struct UnaryRpc {
  const RpcMethod& method;
  grpc::CallbackServerContext* context;
  const google::protobuf::Message* request;
  google::protobuf::Message* response;
  upstream::Priority priority = upstream::Priority::kInteractive;
};
grpc::ServerUnaryReactor* StartUnary(const RpcEnvironment& environment, const UnaryRpc& rpc,
                                     UnaryHandler handler, LoadShedding load_shedding);

// Serves a unary RPC on the loop by `handler`, a function of its context, request and response.
// Returns at once, on gRPC's thread. An RPC that is not admitted (AdmitRpc) ends at once. With
// kExport it is admitted and ends as an export does, deadlines and drain included.
template <class Request, class Response, class Handler>
grpc::ServerUnaryReactor* StartUnary(
    const RpcEnvironment& environment, grpc::CallbackServerContext* server_context,
    const Request* request, Response* response, Handler handler,
    LoadShedding load_shedding = LoadShedding::kOn,
    upstream::Priority priority = upstream::Priority::kInteractive) {
  UnaryHandler serve = [=, handler = std::move(handler)](RpcContext& context) {
    return handler(context, *request, *response);
  };
  return StartUnary(environment, {MethodOf<Request>(), server_context, request, response, priority},
                    std::move(serve), load_shedding);
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_UNARY_CALL_H_

// RpcMethod: what the descriptor of an RPC says about it.
#ifndef FALCON_RPC_SERVER_RPC_METHOD_H_
#define FALCON_RPC_SERVER_RPC_METHOD_H_

#include <optional>
#include <string>

#include "base/time.h"
#include "google/protobuf/descriptor.h"

namespace falcon::rpc {

struct RpcMethod {
  // Of the method that takes `request`; each request type has exactly one.
  explicit RpcMethod(const google::protobuf::Descriptor* request);

  std::string name;  // "/falcon_gateway.v1.HostService/GetHost"
  // How old a cached response may be unless the request says otherwise: the method's `upstream`
  // option. Unset where the option says nothing.
  std::optional<milliseconds> default_staleness;
};

// Reads the descriptors of all methods, which the first MethodOf does otherwise.
void LoadMethods();

// Looked up once for each request type.
template <class Request>
const RpcMethod& MethodOf() {
  static const RpcMethod method(Request::descriptor());
  return method;
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_RPC_METHOD_H_

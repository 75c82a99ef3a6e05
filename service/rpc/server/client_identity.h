// ClientIdentity: names the client of a call, for a fair share of Falcon's budget.
#ifndef FALCON_RPC_SERVER_CLIENT_IDENTITY_H_
#define FALCON_RPC_SERVER_CLIENT_IDENTITY_H_

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

namespace falcon::rpc {

// "certificate:NAME" by the client's certificate. Without one, "metadata:NAME@ADDRESS" by its metadata
// `falcon-caller`; else "peer:ADDRESS". So a client cannot pose as one with a certificate, or as one
// at another address.
std::string ClientIdentity(const grpc::CallbackServerContext& context);

// The name of a client without a certificate. `name`: its metadata, empty for none. `peer`: as gRPC
// names it, such as "ipv4:192.0.2.1:54321".
std::string UnverifiedIdentity(std::string_view name, std::string_view peer);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CLIENT_IDENTITY_H_

// Who calls, for a fair share of Falcon's budget.
#ifndef FALCON_RPC_SERVER_CLIENT_IDENTITY_H_
#define FALCON_RPC_SERVER_CLIENT_IDENTITY_H_

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

namespace falcon::rpc {

// The identity that the client's certificate proves; without one, what its metadata `falcon-caller`
// says together with its address, "metadata:NAME@ADDRESS"; else its address. So a client cannot take the
// place of one with a certificate, or of one at another address.
std::string ClientIdentity(const grpc::CallbackServerContext& context);

// The name of a caller without a certificate. `said`: its metadata, empty for none; `peer`: as gRPC
// names it, such as "ipv4:192.0.2.1:54321".
std::string UnverifiedIdentity(std::string_view said, std::string_view peer);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CLIENT_IDENTITY_H_

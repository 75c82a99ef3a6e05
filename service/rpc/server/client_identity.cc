// Certificates, metadata and addresses.
#include "rpc/server/client_identity.h"

#include <grpcpp/security/auth_context.h>

#include "base/text.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxBytes = 128;

// "ipv4:192.0.2.1:54321" without the port, which differs for each connection.
std::string_view AddressOf(std::string_view peer) {
  const size_t colon = peer.rfind(':');
  const bool port = peer.starts_with("ip") && colon != peer.find(':');
  return port ? peer.substr(0, colon) : peer;
}

}  // namespace

std::string ClientIdentity(const grpc::CallbackServerContext& context) {
  const auto auth = context.auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    const auto identity = auth->GetPeerIdentity();
    if (!identity.empty()) {
      return StrCat("certificate:", std::string(identity.front().data(), identity.front().size()));
    }
  }
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("falcon-caller");
  const std::string_view name = found == metadata.end()
                                    ? std::string_view()
                                    : std::string_view(found->second.data(), found->second.size());
  return UnverifiedIdentity(name, context.peer());
}

std::string UnverifiedIdentity(std::string_view name, std::string_view peer) {
  const std::string_view address = AddressOf(peer);
  return name.empty() ? StrCat("peer:", address)
                      : StrCat("metadata:", Utf8Prefix(name, kMaxBytes), "@", address);
}

}  // namespace falcon::rpc

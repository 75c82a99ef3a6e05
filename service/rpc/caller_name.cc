// Reads a call's origin.
#include "rpc/caller_name.h"

#include <grpcpp/security/auth_context.h>

#include <string_view>

#include "base/text.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMostBytes = 128;

// "ipv4:192.0.2.1:54321" without the port: each connection has another.
std::string_view AddressOf(std::string_view peer) {
  const size_t colon = peer.rfind(':');
  const bool port = peer.starts_with("ip") && colon != peer.find(':');
  return port ? peer.substr(0, colon) : peer;
}

}  // namespace

std::string CallerName(const grpc::CallbackServerContext& context) {
  const auto auth = context.auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    const auto identity = auth->GetPeerIdentity();
    if (!identity.empty()) {
      return Cat("certificate:", std::string(identity.front().data(), identity.front().size()));
    }
  }
  const auto& metadata = context.client_metadata();
  const auto said = metadata.find("falcon-caller");
  if (said != metadata.end() && !said->second.empty()) {
    return Cat("said:", Utf8Prefix({said->second.data(), said->second.size()}, kMostBytes), "@",
               AddressOf(context.peer()));
  }
  return Cat("peer:", AddressOf(context.peer()));
}

}  // namespace falcon::rpc

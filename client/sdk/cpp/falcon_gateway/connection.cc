#include "falcon_gateway/connection.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <limits>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

namespace falcon_gateway {
namespace {

using falcon::AllowedReaders;
using falcon::ReadFile;
using falcon::Secret;
using falcon::StrCat;

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(
    const Connection& connection) {
  if (!connection.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  for (const auto& [path, target] : {std::pair(&connection.ca_file, &tls.pem_root_certs),
                                     std::pair(&connection.cert_file, &tls.pem_cert_chain),
                                     std::pair(&connection.key_file, &tls.pem_private_key)}) {
    if (path->empty()) continue;
    ASSIGN_OR_RETURN(const Secret text, ReadFile(*path, AllowedReaders::kAnyone));
    if (text.empty()) {
      return absl::InvalidArgumentError(
          StrCat("file ", falcon::EscapeUnsafe(*path, std::string::npos), " is empty"));
    }
    *target = text.Reveal();
  }
  return grpc::SslCredentials(tls);
}

}  // namespace

absl::StatusOr<Connection> Complete(Connection said,
                                    const std::function<std::string(const char*)>& variable) {
  if (said.address.empty()) said.address = variable("FALCON_GATEWAY_ADDRESS");
  if (said.address.empty()) said.address = "127.0.0.1:50051";
  if (said.ca_file.empty()) said.ca_file = variable("FALCON_GATEWAY_CA_FILE");
  if (said.cert_file.empty() && said.key_file.empty()) {
    said.cert_file = variable("FALCON_GATEWAY_CERT_FILE");
    said.key_file = variable("FALCON_GATEWAY_KEY_FILE");
  }
  if (said.cert_file.empty() != said.key_file.empty()) {
    return absl::InvalidArgumentError(
        "--cert and --key go together, as do FALCON_GATEWAY_CERT_FILE and "
        "FALCON_GATEWAY_KEY_FILE.");
  }
  said.tls = said.tls || !said.ca_file.empty() || !said.cert_file.empty();
  return said;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Connection& connection,
                                                           const std::string& user_agent) {
  ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(connection));
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(user_agent);
  arguments.SetMaxReceiveMessageSize(std::numeric_limits<int>::max());
  // A gateway that starts again is found again within a second, not within gRPC's two minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  return grpc::CreateCustomChannel(connection.address, credentials, arguments);
}

}  // namespace falcon_gateway

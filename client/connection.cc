// Reads PEM files; gRPC reports bad ones only when it connects.
#include "connection.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "terminal_text.h"
#include "text.h"

namespace falcon::client {
namespace {

absl::StatusOr<std::string> FileText(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    return absl::InvalidArgumentError(StrCat("Cannot read ", EscapeUnsafe(path), "."));
  }
  return text.str();
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

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(
    const Connection& connection) {
  if (!connection.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  for (const auto& [path, target] : {std::pair(&connection.ca_file, &tls.pem_root_certs),
                                     std::pair(&connection.cert_file, &tls.pem_cert_chain),
                                     std::pair(&connection.key_file, &tls.pem_private_key)}) {
    absl::StatusOr<std::string> text = FileText(*path);
    if (!text.ok()) return text.status();
    *target = *std::move(text);
  }
  return grpc::SslCredentials(tls);
}

}  // namespace falcon::client

// Where the gateway is, and the channel to it.
#ifndef FALCON_CLIENT_CONNECTION_H_
#define FALCON_CLIENT_CONNECTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace falcon::client {

struct Connection {
  // HOST:PORT, or unix:PATH.
  std::string address;
  bool tls = false;
  // PEM files. Empty: the system's authorities; no certificate of the client's own.
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
};

// Completes what a command line said: from FALCON_GATEWAY_ADDRESS (else 127.0.0.1:50051),
// FALCON_GATEWAY_CA_FILE, FALCON_GATEWAY_CERT_FILE and FALCON_GATEWAY_KEY_FILE; TLS is on where a
// file is named. `variable` reads an environment variable, empty where there is none. An error names
// flags and variables.
absl::StatusOr<Connection> Complete(Connection said,
                                    const std::function<std::string(const char*)>& variable);

// An error names the file that cannot be read.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(
    const Connection& connection);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CONNECTION_H_

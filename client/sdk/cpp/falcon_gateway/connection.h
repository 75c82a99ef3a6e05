// Where the gateway is, and a channel to it.
#ifndef FALCON_GATEWAY_CONNECTION_H_
#define FALCON_GATEWAY_CONNECTION_H_

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace falcon_gateway {

struct Connection {
  // HOST:PORT, or unix:PATH.
  std::string address{};
  bool tls = false;
  // PEM files. Empty: the system's authorities; no certificate of the client's own.
  std::string ca_file{};
  std::string cert_file{};
  std::string key_file{};
};

// Completes what was said: from FALCON_GATEWAY_ADDRESS (else 127.0.0.1:50051),
// FALCON_GATEWAY_CA_FILE, FALCON_GATEWAY_CERT_FILE and FALCON_GATEWAY_KEY_FILE; TLS is on where a
// file is named. `variable` reads an environment variable, empty where there is none. An error names
// flags and variables.
absl::StatusOr<Connection> Complete(Connection said,
                                    const std::function<std::string(const char*)>& variable);

// A channel that finds a restarted gateway soon, and takes messages of any size, since the gateway
// bounds them. `user_agent`: such as "fgctl/1.0". An error names the file that cannot be read.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Connection& connection,
                                                           const std::string& user_agent);

}  // namespace falcon_gateway

#endif  // FALCON_GATEWAY_CONNECTION_H_

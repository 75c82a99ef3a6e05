// Server: listens, serves the services with health and reflection, and drains when told to stop.
#ifndef FALCON_RPC_SERVER_H_
#define FALCON_RPC_SERVER_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"

namespace falcon::rpc {

struct ServerOptions {
  std::string listen = "127.0.0.1:50051";  // port 0: any free one
  // PEM texts. Without a certificate the listener is plaintext. With a client CA, clients must show
  // a certificate of its.
  std::string certificate;
  Secret private_key;
  std::string client_ca;
};

class Server {
 public:
  // UNAVAILABLE (LISTEN_FAILED) when the address cannot be bound. Services outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const std::vector<grpc::Service*>& services);
  ~Server();

  int port() const { return port_; }

  // What health says until Drain. Any thread, not after Drain.
  void SetServing(bool serving);

  // Health says NOT_SERVING, no new calls; calls in flight have `grace` to end and are cancelled
  // then. Returns when all are done. Idempotent.
  void Drain(milliseconds grace);

 private:
  Server(std::unique_ptr<grpc::Server> server, int port);

  std::unique_ptr<grpc::Server> server_;
  int port_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_H_

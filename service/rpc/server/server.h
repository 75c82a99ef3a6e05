// Server: listens, serves the services with health and reflection, and drains when told to stop.
#ifndef FALCON_RPC_SERVER_SERVER_H_
#define FALCON_RPC_SERVER_SERVER_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/time.h"
#include "rpc/server/acceptor.h"
#include "rpc/server/reflection.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace falcon::rpc {

struct ServerOptions {
  std::string listen = "127.0.0.1:50051";  // port 0: any free one
  // PEM texts. Without a certificate the listener is plaintext. With a client CA, clients must present
  // a certificate signed by that CA.
  std::string certificate;
  Secret private_key;
  std::string client_ca;
  size_t memory_limit = 0;  // bytes that the process may use; 0: no limit
};

// How a server stops.
struct DrainPlan {
  milliseconds delay{0};  // before the listener closes, for load balancers to see the health change
  milliseconds grace{0};  // for calls in flight, the delay included
  std::function<void()> on_closed = [] {};  // when the listener has closed
};

class Server {
 public:
  // UNAVAILABLE (LISTEN_FAILED) when the address cannot be bound, or a living process serves the
  // Unix socket. Services and references outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const std::vector<grpc::Service*>& services,
                                                       ConnectionTable& connections,
                                                       telemetry::Log& log,
                                                       telemetry::Metrics& metrics);
  ~Server();

  int port() const { return acceptor_->port(); }

  // The health of the server and of each service, until Drain. Any thread, not after Drain.
  void SetServing(bool serving);

  // Health says NOT_SERVING at once; after the delay no new connections and calls come in, and
  // streams of reflection are cancelled; calls in flight have the rest of the grace to end, and are
  // cancelled then. Returns when all are done. Idempotent.
  void Drain(const DrainPlan& plan);

 private:
  using GrpcAcceptor = grpc::experimental::ExternalConnectionAcceptor;

  Server(std::unique_ptr<Reflection> reflection, std::unique_ptr<GrpcAcceptor> external_acceptor,
         std::unique_ptr<grpc::Server> server, std::unique_ptr<Acceptor> acceptor);

  std::vector<std::string> service_names_;
  std::unique_ptr<Reflection> reflection_;
  std::unique_ptr<GrpcAcceptor> external_acceptor_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_SERVER_H_

// Settings of the gRPC server.
#include "rpc/server/server.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "descriptor_set.h"
#include "rpc/server/request_bounds.h"
#include "runtime/memory.h"

namespace falcon::rpc {
namespace {

// A field twice as large as a whole request may be still arrives, and is refused by name.
constexpr int kMaxMessageBytes = static_cast<int>(2 * kMaxRequestBytes + (64 << 10));
constexpr int kMaxMetadataBytes = 8 << 10;
// One client process may hold that many waiting calls on its one connection. Streams whose request
// never comes cost some 12 KiB each.
constexpr int kMaxStreams = 1000;
constexpr size_t kDefaultQuota = size_t{128} << 20;
constexpr size_t kMinQuota = size_t{16} << 20;

// gRPC's buffers: of connections, and of requests that are not whole yet.
size_t Quota(size_t memory_limit) {
  return memory_limit == 0 ? kDefaultQuota : std::max(memory_limit / 4, kMinQuota);
}

constexpr int Millis(seconds span) {
  return static_cast<int>(std::chrono::duration_cast<milliseconds>(span).count());
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const ServerOptions& options) {
  if (options.certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions ssl(
      options.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  ssl.pem_root_certs = options.client_ca;
  ssl.pem_key_cert_pairs.push_back(
      {std::string(options.private_key.Reveal()), options.certificate});
  return grpc::SslServerCredentials(ssl);
}

void Harden(size_t memory_limit, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Millis(seconds(10)));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Millis(seconds(60)));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Millis(seconds(20)));
  // Clients keep their connections alive by pings, many of them every ten seconds, also during a
  // long call and between calls. gRPC's own default ends such a connection, and the calls on it.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Millis(seconds(1)));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, Millis(seconds(15 * 60)));
  // Clients reconnect from time to time, so that they find new replicas; exports go on meanwhile.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Millis(seconds(60 * 60)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Millis(seconds(60 * 60)));
  grpc::ResourceQuota quota("falcon-gateway");
  quota.Resize(Quota(memory_limit));
  builder.SetResourceQuota(quota);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const std::vector<grpc::Service*>& services,
                                                      ConnectionTable& connections,
                                                      telemetry::Log& log,
                                                      telemetry::Metrics& metrics) {
  using Connections = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  grpc::EnableDefaultHealthCheckService(true);
  ASSIGN_OR_RETURN(ListenSocket listening, ListenSocket::Open(options.listen));
  AcceptorOptions acceptor_options;
  acceptor_options.memory_mark = options.memory_limit / 2;
  auto acceptor = std::make_unique<Acceptor>(std::move(listening), acceptor_options, connections,
                                             runtime::ResidentBytes, log, metrics);
  grpc::ServerBuilder builder;
  std::unique_ptr<GrpcAcceptor> external_acceptor =
      builder.experimental().AddExternalConnectionAcceptor(Connections::FROM_FD,
                                                           Credentials(options));
  auto reflection = std::make_unique<Reflection>(DescriptorSet());
  for (grpc::Service* service : services) builder.RegisterService(service);
  for (grpc::Service* service : reflection->services()) builder.RegisterService(service);
  Harden(options.memory_limit, builder);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    return Error(absl::StatusCode::kUnavailable, "LISTEN_FAILED",
                 StrCat("cannot serve on ", options.listen, ": is the certificate valid?"));
  }
  std::unique_ptr<Server> started(new Server(std::move(reflection), std::move(external_acceptor),
                                             std::move(server), std::move(acceptor)));
  RETURN_IF_ERROR(started->acceptor_->Start([external = started->external_acceptor_.get()](int fd) {
    GrpcAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    external->HandleNewConnection(&connection);
  }));
  return started;
}

Server::Server(std::unique_ptr<Reflection> reflection,
               std::unique_ptr<GrpcAcceptor> external_acceptor,
               std::unique_ptr<grpc::Server> server, std::unique_ptr<Acceptor> acceptor)
    : service_names_(*grpc::ServerInitializer(server.get()).GetServiceList()),
      reflection_(std::move(reflection)),
      external_acceptor_(std::move(external_acceptor)),
      server_(std::move(server)),
      acceptor_(std::move(acceptor)) {
  reflection_->SetServices(service_names_);
  SetServing(true);
}

Server::~Server() { Drain({}); }

void Server::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface& health = *server_->GetHealthCheckService();
  // Not all at once: gRPC would also change the names that clients watch and nobody serves.
  health.SetServingStatus("", serving);
  for (const std::string& name : service_names_) health.SetServingStatus(name, serving);
}

void Server::Drain(const DrainPlan& plan) {
  if (server_ == nullptr) return;
  const auto end = std::chrono::system_clock::now() + plan.grace;
  SetServing(false);
  std::this_thread::sleep_for(std::min(plan.delay, plan.grace));
  acceptor_->StopListening();
  plan.on_closed();
  reflection_->Stop();
  server_->Shutdown(end);
  server_->Wait();
  server_.reset();
}

}  // namespace falcon::rpc

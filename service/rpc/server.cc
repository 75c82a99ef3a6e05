// Settings of the gRPC server.
#include "rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>

#include "base/error.h"
#include "base/text.h"
#include "grpc/health/v1/health.pb.h"

namespace falcon::rpc {
namespace {

// 5,000 composite ids are half a megabyte; a filter of 2 MB must arrive to be refused by name.
constexpr int kMaxRequestBytes = 8 << 20;
constexpr int kMaxMetadataBytes = 8 << 10;
// One client process may hold a thousand waiting calls on its one connection.
constexpr int kMaxStreams = 1000;
constexpr size_t kMemoryQuota = size_t{512} << 20;

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

void Harden(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
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
  // A second process on the same port would split the traffic silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  grpc::ResourceQuota quota("falcon-gateway");
  quota.Resize(kMemoryQuota);
  builder.SetResourceQuota(quota);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const std::vector<grpc::Service*>& services) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // Links the descriptor in, so that reflection can describe what gRPC serves by itself.
  grpc::health::v1::HealthCheckRequest::descriptor();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options.listen, Credentials(options), &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  Harden(builder);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return Error(absl::StatusCode::kUnavailable, "LISTEN_FAILED",
                 Cat("cannot listen on ", options.listen,
                     ": is the address right, the port free, the certificate valid?"));
  }
  return std::unique_ptr<Server>(new Server(std::move(server), port));
}

Server::Server(std::unique_ptr<grpc::Server> server, int port)
    : server_(std::move(server)), port_(port) {}

Server::~Server() { Drain(milliseconds(0)); }

void Server::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void Server::Drain(milliseconds grace) {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->SetServingStatus(false);
  server_->Shutdown(std::chrono::system_clock::now() + grace);
  server_->Wait();
  server_.reset();
}

}  // namespace falcon::rpc

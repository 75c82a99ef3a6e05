// A gateway in this process, made of the generated services, that answers what a test tells it to.
#ifndef FALCON_TESTS_UNIT_CLIENT_FAKE_GATEWAY_H_
#define FALCON_TESTS_UNIT_CLIENT_FAKE_GATEWAY_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "falcon_gateway/v1/gateway.grpc.pb.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace falcon::client {

// A status with google.rpc details, as the gateway sends them.
template <class... Details>
grpc::Status ErrorOf(grpc::StatusCode code, const std::string& message, const std::string& reason,
                     const std::map<std::string, std::string>& metadata = {},
                     const Details&... details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("falcon-gateway");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  status.add_details()->PackFrom(info);
  (status.add_details()->PackFrom(details), ...);
  return grpc::Status(code, message, status.SerializeAsString());
}

// Handlers are set before the first call and run on gRPC's threads.
class FakeGateway {
 public:
  FakeGateway() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&detections_);
    builder.RegisterService(&hosts_);
    builder.RegisterService(&gateway_);
    server_ = builder.BuildAndStart();
  }
  ~FakeGateway() { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  template <class Request, class Response>
  using Handler = std::function<grpc::Status(const Request&, Response&)>;

  Handler<v1::ListDetectionsRequest, v1::ListDetectionsResponse> list_detections;
  Handler<v1::GetDetectionRequest, v1::GetDetectionResponse> get_detection;
  Handler<v1::BatchGetDetectionsRequest, v1::BatchGetDetectionsResponse> batch_get_detections;
  std::function<grpc::Status(const v1::ExportDetectionsRequest&,
                             const std::function<bool(const v1::ExportDetectionsResponse&)>&,
                             const std::function<bool()>& cancelled)>
      export_detections;
  Handler<v1::GetHostRequest, v1::GetHostResponse> get_host;
  Handler<v1::GetStatusRequest, v1::GetStatusResponse> get_status;

 private:
  template <class F, class... Arguments>
  static grpc::Status Answer(const F& handler, Arguments&&... arguments) {
    if (!handler) return {grpc::StatusCode::UNIMPLEMENTED, "the test did not expect this call"};
    return handler(std::forward<Arguments>(arguments)...);
  }

  struct Detections final : v1::DetectionService::Service {
    explicit Detections(FakeGateway& fake) : owner(fake) {}
    grpc::Status ListDetections(grpc::ServerContext*, const v1::ListDetectionsRequest* request,
                                v1::ListDetectionsResponse* response) override {
      return Answer(owner.list_detections, *request, *response);
    }
    grpc::Status GetDetection(grpc::ServerContext*, const v1::GetDetectionRequest* request,
                              v1::GetDetectionResponse* response) override {
      return Answer(owner.get_detection, *request, *response);
    }
    grpc::Status BatchGetDetections(grpc::ServerContext*,
                                    const v1::BatchGetDetectionsRequest* request,
                                    v1::BatchGetDetectionsResponse* response) override {
      return Answer(owner.batch_get_detections, *request, *response);
    }
    grpc::Status ExportDetections(
        grpc::ServerContext* context, const v1::ExportDetectionsRequest* request,
        grpc::ServerWriter<v1::ExportDetectionsResponse>* writer) override {
      const std::function<bool(const v1::ExportDetectionsResponse&)> write =
          [&](const v1::ExportDetectionsResponse& batch) { return writer->Write(batch); };
      const std::function<bool()> cancelled = [&] { return context->IsCancelled(); };
      return Answer(owner.export_detections, *request, write, cancelled);
    }
    FakeGateway& owner;
  };

  struct Hosts final : v1::HostService::Service {
    explicit Hosts(FakeGateway& fake) : owner(fake) {}
    grpc::Status GetHost(grpc::ServerContext*, const v1::GetHostRequest* request,
                         v1::GetHostResponse* response) override {
      return Answer(owner.get_host, *request, *response);
    }
    FakeGateway& owner;
  };

  struct Gateway final : v1::GatewayService::Service {
    explicit Gateway(FakeGateway& fake) : owner(fake) {}
    grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest* request,
                           v1::GetStatusResponse* response) override {
      return Answer(owner.get_status, *request, *response);
    }
    FakeGateway& owner;
  };

  Detections detections_{*this};
  Hosts hosts_{*this};
  Gateway gateway_{*this};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace falcon::client

#endif  // FALCON_TESTS_UNIT_CLIENT_FAKE_GATEWAY_H_

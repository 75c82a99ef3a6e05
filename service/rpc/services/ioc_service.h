// IocService: the gRPC face of Falcon's IOC Management.
#ifndef FALCON_RPC_SERVICES_IOC_SERVICE_H_
#define FALCON_RPC_SERVICES_IOC_SERVICE_H_

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/iocs.grpc.pb.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

class IocService final : public v1::IocService::CallbackService {
 public:
  IocService(const RpcEnvironment& environment, const ServiceDeps& deps);

  grpc::ServerUnaryReactor* ListIocs(grpc::CallbackServerContext* context,
                                     const v1::ListIocsRequest* request,
                                     v1::ListIocsResponse* response) override;
  grpc::ServerUnaryReactor* GetIoc(grpc::CallbackServerContext* context,
                                   const v1::GetIocRequest* request,
                                   v1::GetIocResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetIocs(grpc::CallbackServerContext* context,
                                         const v1::BatchGetIocsRequest* request,
                                         v1::BatchGetIocsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportIocsResponse>* ExportIocs(
      grpc::CallbackServerContext* context, const v1::ExportIocsRequest* request) override;
  grpc::ServerUnaryReactor* AggregateIocs(grpc::CallbackServerContext* context,
                                          const v1::AggregateIocsRequest* request,
                                          v1::AggregateIocsResponse* response) override;
  grpc::ServerUnaryReactor* GetIocDeviceCount(grpc::CallbackServerContext* context,
                                              const v1::GetIocDeviceCountRequest* request,
                                              v1::GetIocDeviceCountResponse* response) override;
  grpc::ServerUnaryReactor* ListIocDevices(grpc::CallbackServerContext* context,
                                           const v1::ListIocDevicesRequest* request,
                                           v1::ListIocDevicesResponse* response) override;
  grpc::ServerUnaryReactor* ListIocProcesses(grpc::CallbackServerContext* context,
                                             const v1::ListIocProcessesRequest* request,
                                             v1::ListIocProcessesResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetProcesses(grpc::CallbackServerContext* context,
                                              const v1::BatchGetProcessesRequest* request,
                                              v1::BatchGetProcessesResponse* response) override;

 private:
  using ExportStream = Stream<v1::ExportIocsResponse>;

  Task<absl::Status> Aggregate(RpcContext& call, const v1::AggregateIocsRequest& request,
                               v1::AggregateIocsResponse& response);
  Task<absl::Status> DeviceCount(RpcContext& call, const v1::GetIocDeviceCountRequest& request,
                                 v1::GetIocDeviceCountResponse& response);
  Task<absl::Status> Devices(RpcContext& call, const v1::ListIocDevicesRequest& request,
                             v1::ListIocDevicesResponse& response);
  Task<absl::Status> Processes(RpcContext& call, const v1::ListIocProcessesRequest& request,
                               v1::ListIocProcessesResponse& response);
  // A page of ids by the parameters of `page`, whose place is the request's page_token.
  Task<absl::StatusOr<json::Document>> ReadIds(RpcContext& call, const upstream::UpstreamCall& page,
                                               int64_t sent);
  template <class Request, class Response>
  Task<absl::Status> PageOfIds(RpcContext& call, upstream::UpstreamCall page,
                               const Request& request, RequestValidator validator,
                               Response& response,
                               google::protobuf::RepeatedPtrField<std::string>& ids);

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection iocs_;
  const Collection processes_;
  const json::Decoder counts_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_IOC_SERVICE_H_

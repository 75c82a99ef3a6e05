// HostService: the gRPC face of Falcon's Devices API.
#ifndef FALCON_RPC_SERVICES_HOST_SERVICE_H_
#define FALCON_RPC_SERVICES_HOST_SERVICE_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"
#include "rpc/services/host_names.h"
#include "upstream/lookup/lookup.h"

namespace falcon::rpc {

class HostService final : public v1::HostService::CallbackService {
 public:
  HostService(const RpcEnvironment& environment, const ServiceDeps& deps);

  grpc::ServerUnaryReactor* ListHosts(grpc::CallbackServerContext* context,
                                      const v1::ListHostsRequest* request,
                                      v1::ListHostsResponse* response) override;
  grpc::ServerUnaryReactor* GetHost(grpc::CallbackServerContext* context,
                                    const v1::GetHostRequest* request,
                                    v1::GetHostResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetHosts(grpc::CallbackServerContext* context,
                                          const v1::BatchGetHostsRequest* request,
                                          v1::BatchGetHostsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportHostsResponse>* ExportHosts(
      grpc::CallbackServerContext* context, const v1::ExportHostsRequest* request) override;
  grpc::ServerUnaryReactor* AggregateHosts(grpc::CallbackServerContext* context,
                                           const v1::AggregateHostsRequest* request,
                                           v1::AggregateHostsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetLoginHistory(
      grpc::CallbackServerContext* context, const v1::BatchGetLoginHistoryRequest* request,
      v1::BatchGetLoginHistoryResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetNetworkAddressHistory(
      grpc::CallbackServerContext* context, const v1::BatchGetNetworkAddressHistoryRequest* request,
      v1::BatchGetNetworkAddressHistoryResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetOnlineState(grpc::CallbackServerContext* context,
                                                const v1::BatchGetOnlineStateRequest* request,
                                                v1::BatchGetOnlineStateResponse* response) override;

 private:
  // A record about a host that has no noun of its own.
  struct HostSubresource {
    HostSubresource(const google::protobuf::Descriptor* record, const std::string& id,
                    const upstream::Operation& from)
        : operation(from), decoder(record), id_field(record->FindFieldByName(id)) {}
    const upstream::Operation& operation;
    json::Decoder decoder;
    const google::protobuf::FieldDescriptor* id_field;
  };

  Task<absl::Status> Get(RpcContext& call, const v1::GetHostRequest& request,
                         v1::GetHostResponse& response);
  Task<absl::Status> GetByName(RpcContext& call, json::DecodeOptions options,
                               const v1::GetHostRequest& request, v1::GetHostResponse& response);
  // The satellites of `request`'s device_ids into `response`, of which `most` may be asked for.
  template <class Request, class Response>
  Task<absl::Status> LookUpSubresource(RpcContext& call, const HostSubresource& satellite,
                                       const Request& request, std::string records,
                                       Response& response);

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const HostNames names_;
  const Collection hosts_;
  const HostSubresource logins_;
  const HostSubresource addresses_;
  const HostSubresource states_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_HOST_SERVICE_H_

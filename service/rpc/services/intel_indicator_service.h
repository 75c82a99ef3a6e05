// IntelIndicatorService: the gRPC face of Falcon Intelligence's indicators.
#ifndef FALCON_RPC_SERVICES_INTEL_INDICATOR_SERVICE_H_
#define FALCON_RPC_SERVICES_INTEL_INDICATOR_SERVICE_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/intel_indicators.grpc.pb.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

class IntelIndicatorService final : public v1::IntelIndicatorService::CallbackService {
 public:
  IntelIndicatorService(const RpcEnvironment& environment, const ServiceDeps& deps);

  grpc::ServerUnaryReactor* ListIntelIndicators(grpc::CallbackServerContext* context,
                                                const v1::ListIntelIndicatorsRequest* request,
                                                v1::ListIntelIndicatorsResponse* response) override;
  grpc::ServerUnaryReactor* GetIntelIndicator(grpc::CallbackServerContext* context,
                                              const v1::GetIntelIndicatorRequest* request,
                                              v1::GetIntelIndicatorResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetIntelIndicators(
      grpc::CallbackServerContext* context, const v1::BatchGetIntelIndicatorsRequest* request,
      v1::BatchGetIntelIndicatorsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportIntelIndicatorsResponse>* ExportIntelIndicators(
      grpc::CallbackServerContext* context,
      const v1::ExportIntelIndicatorsRequest* request) override;

 private:
  using ExportStream = Stream<v1::ExportIntelIndicatorsResponse>;

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection indicators_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INTEL_INDICATOR_SERVICE_H_

// IncidentService: the gRPC face of Falcon's Cases API.
#ifndef FALCON_RPC_SERVICES_INCIDENT_SERVICE_H_
#define FALCON_RPC_SERVICES_INCIDENT_SERVICE_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/incidents.grpc.pb.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"
#include "rpc/services/incident_join.h"
#include "rpc/services/incident_references.h"

namespace falcon::rpc {

class IncidentService final : public v1::IncidentService::CallbackService {
 public:
  IncidentService(const RpcEnvironment& environment, const ServiceDeps& deps);

  grpc::ServerUnaryReactor* ListIncidents(grpc::CallbackServerContext* context,
                                          const v1::ListIncidentsRequest* request,
                                          v1::ListIncidentsResponse* response) override;
  grpc::ServerUnaryReactor* GetIncident(grpc::CallbackServerContext* context,
                                        const v1::GetIncidentRequest* request,
                                        v1::GetIncidentResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetIncidents(grpc::CallbackServerContext* context,
                                              const v1::BatchGetIncidentsRequest* request,
                                              v1::BatchGetIncidentsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportIncidentsResponse>* ExportIncidents(
      grpc::CallbackServerContext* context, const v1::ExportIncidentsRequest* request) override;
  grpc::ServerUnaryReactor* GetIncidentAttachments(
      grpc::CallbackServerContext* context, const v1::GetIncidentAttachmentsRequest* request,
      v1::GetIncidentAttachmentsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetIncidentAttachments(
      grpc::CallbackServerContext* context, const v1::BatchGetIncidentAttachmentsRequest* request,
      v1::BatchGetIncidentAttachmentsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetSlas(grpc::CallbackServerContext* context,
                                         const v1::BatchGetSlasRequest* request,
                                         v1::BatchGetSlasResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetCaseTemplates(
      grpc::CallbackServerContext* context, const v1::BatchGetCaseTemplatesRequest* request,
      v1::BatchGetCaseTemplatesResponse* response) override;

 private:
  using ExportStream = Stream<v1::ExportIncidentsResponse>;

  Task<absl::Status> List(RpcContext& call, v1::ListIncidentsRequest request,
                          v1::ListIncidentsResponse& response);
  Task<absl::Status> Get(RpcContext& call, v1::GetIncidentRequest request,
                         v1::GetIncidentResponse& response);
  Task<absl::Status> BatchGet(RpcContext& call, v1::BatchGetIncidentsRequest request,
                              v1::BatchGetIncidentsResponse& response);
  Task<absl::Status> Export(RpcContext& call, v1::ExportIncidentsRequest request,
                            ExportStream& stream);
  Task<absl::Status> Attachments(RpcContext& call, const v1::GetIncidentAttachmentsRequest& request,
                                 v1::GetIncidentAttachmentsResponse& response);
  Task<absl::Status> Templates(RpcContext& call, const v1::BatchGetCaseTemplatesRequest& request,
                               v1::BatchGetCaseTemplatesResponse& response);
  // What a List or an Export asks for, in Falcon's words.
  template <class Request>
  absl::StatusOr<PageRequest> Open(Request& request, const IncidentView& view) const;

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection incidents_;
  const Collection attachments_;
  const Collection slas_;
  const Collection templates_;
  const IncidentReferences references_;
  const IncidentJoin join_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INCIDENT_SERVICE_H_

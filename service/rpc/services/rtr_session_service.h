// RtrSessionService: the gRPC face of Falcon's Real Time Response API, as far as it reads sessions,
// and of its audit.
#ifndef FALCON_RPC_SERVICES_RTR_SESSION_SERVICE_H_
#define FALCON_RPC_SERVICES_RTR_SESSION_SERVICE_H_

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/rtr_sessions.grpc.pb.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {

class RtrSessionService final : public v1::RtrSessionService::CallbackService {
 public:
  RtrSessionService(const RpcEnvironment& environment, const ServiceDeps& deps);

  grpc::ServerUnaryReactor* ListRtrSessions(grpc::CallbackServerContext* context,
                                            const v1::ListRtrSessionsRequest* request,
                                            v1::ListRtrSessionsResponse* response) override;
  grpc::ServerUnaryReactor* GetRtrSession(grpc::CallbackServerContext* context,
                                          const v1::GetRtrSessionRequest* request,
                                          v1::GetRtrSessionResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetRtrSessions(grpc::CallbackServerContext* context,
                                                const v1::BatchGetRtrSessionsRequest* request,
                                                v1::BatchGetRtrSessionsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportRtrSessionsResponse>* ExportRtrSessions(
      grpc::CallbackServerContext* context, const v1::ExportRtrSessionsRequest* request) override;
  grpc::ServerUnaryReactor* AggregateRtrSessions(
      grpc::CallbackServerContext* context, const v1::AggregateRtrSessionsRequest* request,
      v1::AggregateRtrSessionsResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetQueuedRtrSessions(
      grpc::CallbackServerContext* context, const v1::BatchGetQueuedRtrSessionsRequest* request,
      v1::BatchGetQueuedRtrSessionsResponse* response) override;
  grpc::ServerUnaryReactor* ListRtrAuditSessions(
      grpc::CallbackServerContext* context, const v1::ListRtrAuditSessionsRequest* request,
      v1::ListRtrAuditSessionsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportRtrAuditSessionsResponse>* ExportRtrAuditSessions(
      grpc::CallbackServerContext* context,
      const v1::ExportRtrAuditSessionsRequest* request) override;

 private:
  template <class Request, class Response>
  Task<absl::Status> List(RpcContext& call, const Collection& sessions, const Request& request,
                          Response& response);
  template <class Request, class Response>
  Task<absl::Status> Export(RpcContext& call, const Collection& sessions, const Request& request,
                            Stream<Response>& stream);
  Task<absl::Status> Aggregate(RpcContext& call, const v1::AggregateRtrSessionsRequest& request,
                               v1::AggregateRtrSessionsResponse& response);

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection sessions_;
  const Collection audit_;
  const Collection queued_;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_RTR_SESSION_SERVICE_H_

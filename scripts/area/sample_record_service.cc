// SampleRecordService: sample records.
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/sample_records.grpc.pb.h"
#include "rpc/services/collection.h"

namespace falcon::rpc {
namespace {

constexpr CollectionSpec kSampleRecords = {
    .list_operation = &upstream::operation::Named("QuerySampleRecords"),
    .lookup_operation = &upstream::operation::Named("GetSampleRecords"),
    .default_order = "created_timestamp desc",
    .resume_field = "created_timestamp",
};

class SampleRecordService final : public v1::SampleRecordService::CallbackService {
 public:
  SampleRecordService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : records_(environment, deps, v1::SampleRecord::descriptor(), kSampleRecords) {}

  Unary* ListSampleRecords(Context* context, const v1::ListSampleRecordsRequest* request,
                           v1::ListSampleRecordsResponse* response) override {
    return records_.List(context, request, response);
  }
  Unary* GetSampleRecord(Context* context, const v1::GetSampleRecordRequest* request,
                         v1::GetSampleRecordResponse* response) override {
    return records_.Get(context, request, response);
  }
  Unary* BatchGetSampleRecords(Context* context, const v1::BatchGetSampleRecordsRequest* request,
                               v1::BatchGetSampleRecordsResponse* response) override {
    return records_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportSampleRecordsResponse>* ExportSampleRecords(
      Context* context, const v1::ExportSampleRecordsRequest* request) override {
    return records_.Export<v1::ExportSampleRecordsResponse>(context, request);
  }

 private:
  const Collection records_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewSampleRecordService(const RpcEnvironment& environment,
                                                      const ServiceDeps& deps) {
  return std::make_unique<SampleRecordService>(environment, deps);
}

}  // namespace falcon::rpc

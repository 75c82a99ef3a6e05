// IntelIndicatorService: indicators, from Falcon Intelligence.
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/intel_indicators.grpc.pb.h"
#include "rpc/services/collection.h"
#include "rpc/services/collections.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxIdBytes = 4096;  // URLs are indicators

std::string_view ValidateIntelId(std::string_view id) {
  const size_t cut = id.find('_');
  if (cut == std::string_view::npos || cut == 0 || cut + 1 == id.size()) {
    return "must be <type>_<indicator>, such as domain_malicious.example";
  }
  if (id.size() > kMaxIdBytes) return "takes at most 4096 bytes";
  for (const char c : id) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "must hold no control character";
  }
  return "";
}

// Both flags are always sent: Falcon's default of include_relations is the opposite.
void AddFlags(Preparation& request) {
  const auto& filter = request.filter<v1::IntelIndicatorFilter>();
  const google::protobuf::FieldMask* mask = MaskOf(request.request);
  const bool shown = mask == nullptr ? ShownView(request.request) == v1::RECORD_VIEW_FULL
                                     : Selects(*mask, "relations");
  const bool relations = shown || BoolField(request.request, "include_relations");
  request.query = {{"include_deleted", filter.include_deleted() ? "true" : "false"},
                   {"include_relations", relations ? "true" : "false"}};
  if (!filter.query().empty()) request.query.emplace_back("q", filter.query());
}

constexpr CollectionSpec kIndicators = {
    .list_operation = &upstream::operation::Named("QueryIntelIndicatorEntities"),
    .lookup_operation = &upstream::operation::Named("GetIntelIndicatorEntities"),
    .default_order = "published_date desc",
    .resume_field = "published_date",
    .validate_id = ValidateIntelId,
    .prepare = AddFlags,
};

class IntelIndicatorService final : public v1::IntelIndicatorService::CallbackService {
 public:
  IntelIndicatorService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : indicators_(environment, deps, v1::IntelIndicator::descriptor(), kIndicators) {}

  Unary* ListIntelIndicators(Context* context, const v1::ListIntelIndicatorsRequest* request,
                             v1::ListIntelIndicatorsResponse* response) override {
    return indicators_.List(context, request, response);
  }
  Unary* GetIntelIndicator(Context* context, const v1::GetIntelIndicatorRequest* request,
                           v1::GetIntelIndicatorResponse* response) override {
    return indicators_.Get(context, request, response);
  }
  Unary* BatchGetIntelIndicators(Context* context,
                                 const v1::BatchGetIntelIndicatorsRequest* request,
                                 v1::BatchGetIntelIndicatorsResponse* response) override {
    return indicators_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportIntelIndicatorsResponse>* ExportIntelIndicators(
      Context* context, const v1::ExportIntelIndicatorsRequest* request) override {
    return indicators_.Export<v1::ExportIntelIndicatorsResponse>(context, request);
  }
  Unary* AggregateIntelIndicators(Context* context,
                                  const v1::AggregateIntelIndicatorsRequest* request,
                                  v1::AggregateIntelIndicatorsResponse* response) override {
    return indicators_
        .AggregateByExport<v1::ExportIntelIndicatorsRequest, v1::ExportIntelIndicatorsResponse>(
            context, request, response);
  }

 private:
  const Collection indicators_;
};

}  // namespace

Collection collections::IntelIndicators(const RpcEnvironment& environment,
                                        const ServiceDeps& deps) {
  return {environment, deps, v1::IntelIndicator::descriptor(), kIndicators};
}

std::unique_ptr<grpc::Service> NewIntelIndicatorService(const RpcEnvironment& environment,
                                                        const ServiceDeps& deps) {
  return std::make_unique<IntelIndicatorService>(environment, deps);
}

}  // namespace falcon::rpc

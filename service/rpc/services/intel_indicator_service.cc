// IntelIndicatorService: the gRPC face of Falcon Intelligence's indicators.
#include "rpc/services/intel_indicator_service.h"

#include <algorithm>

#include "base/text.h"
#include "rpc/server/record_view.h"
#include "rpc/server/unary_call.h"

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

CollectionSpec Spec() {
  CollectionSpec spec;
  spec.id_field = "id";
  spec.list_operation = &upstream::operation::kCombinedIntelIndicators;
  spec.lookup_operation = &upstream::operation::kGetIntelIndicators;
  spec.default_order = {"published_date", true};
  spec.resume_field = "published_date";
  spec.validate_id = ValidateIntelId;
  return spec;
}

template <class Request>
RequestValidator QueryChecks(const Request& request) {
  RequestValidator validator;
  ValidateQuery(request.filter().query(), validator);
  return validator;
}

bool ShowsRelations(const google::protobuf::Message& request) {
  const google::protobuf::FieldMask* mask = MaskOf(request);
  if (mask == nullptr) return ShownView(request) == v1::RECORD_VIEW_FULL;
  return std::any_of(mask->paths().begin(), mask->paths().end(), [](const std::string& path) {
    return path == "relations" || path.starts_with("relations.");
  });
}

// Both flags are always sent: Falcon's default for relations is the other one.
template <class Request>
upstream::Parameters Options(const Request& request) {
  const bool relations = request.include_relations() || ShowsRelations(request);
  upstream::Parameters query = {
      {"include_deleted", request.filter().include_deleted() ? "true" : "false"},
      {"include_relations", relations ? "true" : "false"}};
  if (!request.filter().query().empty()) query.emplace_back("q", request.filter().query());
  return query;
}

}  // namespace

IntelIndicatorService::IntelIndicatorService(const RpcEnvironment& environment,
                                             const ServiceDeps& deps)
    : environment_(environment),
      deps_(deps),
      indicators_(v1::IntelIndicator::descriptor(), Spec()) {}

grpc::ServerUnaryReactor* IntelIndicatorService::ListIntelIndicators(
    grpc::CallbackServerContext* context, const v1::ListIntelIndicatorsRequest* request,
    v1::ListIntelIndicatorsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IntelIndicatorService/ListIntelIndicators",
                    context, request, response, [=, this](RpcContext& call) {
                      return indicators_.List(deps_, call, *request, *response,
                                              QueryChecks(*request), Options(*request));
                    });
}

grpc::ServerUnaryReactor* IntelIndicatorService::GetIntelIndicator(
    grpc::CallbackServerContext* context, const v1::GetIntelIndicatorRequest* request,
    v1::GetIntelIndicatorResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IntelIndicatorService/GetIntelIndicator",
                    context, request, response, [=, this](RpcContext& call) {
                      return indicators_.Get(deps_, call, *request, *response);
                    });
}

grpc::ServerUnaryReactor* IntelIndicatorService::BatchGetIntelIndicators(
    grpc::CallbackServerContext* context, const v1::BatchGetIntelIndicatorsRequest* request,
    v1::BatchGetIntelIndicatorsResponse* response) {
  return StartUnary(environment_,
                    "/falcon_gateway.v1.IntelIndicatorService/BatchGetIntelIndicators", context,
                    request, response, [=, this](RpcContext& call) {
                      return indicators_.BatchGet(deps_, call, *request, *response);
                    });
}

grpc::ServerWriteReactor<v1::ExportIntelIndicatorsResponse>*
IntelIndicatorService::ExportIntelIndicators(grpc::CallbackServerContext* context,
                                             const v1::ExportIntelIndicatorsRequest* request) {
  return StartServerStream<v1::ExportIntelIndicatorsResponse>(
      environment_, "/falcon_gateway.v1.IntelIndicatorService/ExportIntelIndicators", context,
      request, [=, this](RpcContext& call, ExportStream& stream) {
        return indicators_.Export(deps_, call, *request, stream, QueryChecks(*request),
                                  Options(*request));
      });
}

}  // namespace falcon::rpc

// IntelIndicatorService: the gRPC face of Falcon Intelligence's indicators.
#include "rpc/intel_indicator_service.h"

#include <algorithm>

#include "base/text.h"
#include "rpc/record_view.h"
#include "rpc/unary_call.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMostIdBytes = 4096;  // URLs are indicators

std::string_view IntelIdShape(std::string_view id) {
  const size_t cut = id.find('_');
  if (cut == std::string_view::npos || cut == 0 || cut + 1 == id.size()) {
    return "must be <type>_<indicator>, such as domain_malicious.example";
  }
  if (id.size() > kMostIdBytes) return "takes at most 4096 bytes";
  for (const char c : id) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "must hold no control character";
  }
  return "";
}

CollectionFacts Facts() {
  CollectionFacts facts;
  facts.id = "id";
  facts.pages = &operation::kCombinedIntelIndicators;
  facts.entities = &operation::kGetIntelIndicators;
  facts.list_order = {"published_date", true};
  facts.seek = "published_date";
  facts.id_shape = IntelIdShape;
  return facts;
}

template <class Request>
Checks QueryChecks(const Request& request) {
  Checks checks;
  CheckQuery(request.filter().query(), checks);
  return checks;
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
Parameters Options(const Request& request) {
  const bool relations = request.include_relations() || ShowsRelations(request);
  Parameters query = {{"include_deleted", request.filter().include_deleted() ? "true" : "false"},
                      {"include_relations", relations ? "true" : "false"}};
  if (!request.filter().query().empty()) query.emplace_back("q", request.filter().query());
  return query;
}

}  // namespace

IntelIndicatorService::IntelIndicatorService(const Edge& edge, const Upstream& upstream)
    : edge_(edge), upstream_(upstream), indicators_(v1::IntelIndicator::descriptor(), Facts()) {}

grpc::ServerUnaryReactor* IntelIndicatorService::ListIntelIndicators(
    grpc::CallbackServerContext* context, const v1::ListIntelIndicatorsRequest* request,
    v1::ListIntelIndicatorsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IntelIndicatorService/ListIntelIndicators", context,
                request, response, [=, this](Call& call) {
                  return indicators_.List(upstream_, call, *request, *response,
                                          QueryChecks(*request), Options(*request));
                });
}

grpc::ServerUnaryReactor* IntelIndicatorService::GetIntelIndicator(
    grpc::CallbackServerContext* context, const v1::GetIntelIndicatorRequest* request,
    v1::GetIntelIndicatorResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IntelIndicatorService/GetIntelIndicator", context,
                request, response, [=, this](Call& call) {
                  return indicators_.Get(upstream_, call, *request, *response);
                });
}

grpc::ServerUnaryReactor* IntelIndicatorService::BatchGetIntelIndicators(
    grpc::CallbackServerContext* context, const v1::BatchGetIntelIndicatorsRequest* request,
    v1::BatchGetIntelIndicatorsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IntelIndicatorService/BatchGetIntelIndicators", context,
                request, response, [=, this](Call& call) {
                  return indicators_.BatchGet(upstream_, call, *request, *response);
                });
}

grpc::ServerWriteReactor<v1::ExportIntelIndicatorsResponse>*
IntelIndicatorService::ExportIntelIndicators(grpc::CallbackServerContext* context,
                                             const v1::ExportIntelIndicatorsRequest* request) {
  return Feed<v1::ExportIntelIndicatorsResponse>(
      edge_, "/falcon_gateway.v1.IntelIndicatorService/ExportIntelIndicators", context, request,
      [=, this](Call& call, ExportStream& stream) {
        return indicators_.Export(upstream_, call, *request, stream, QueryChecks(*request),
                                  Options(*request));
      });
}

}  // namespace falcon::rpc

// IntelIndicatorService: the gRPC face of Falcon Intelligence's indicators.
#include "rpc/intel_indicator_service.h"

#include <algorithm>

#include "base/text.h"
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
  CheckQuery(request.query(), checks);
  return checks;
}

// Named in the mask, alone or with all others.
bool SelectsRelations(const google::protobuf::FieldMask& mask) {
  return std::any_of(mask.paths().begin(), mask.paths().end(), [](const std::string& path) {
    return path == "*" || path == "relations" || path.starts_with("relations.");
  });
}

// Both flags are always sent: Falcon's default for relations is the other one.
template <class Request>
Parameters Options(const Request& request) {
  const bool relations = request.include_relations() || SelectsRelations(request.read_mask());
  Parameters query = {{"include_deleted", request.include_deleted() ? "true" : "false"},
                      {"include_relations", relations ? "true" : "false"}};
  if (!request.query().empty()) query.emplace_back("q", request.query());
  return query;
}

}  // namespace

IntelIndicatorService::IntelIndicatorService(const Edge& edge, const Upstream& upstream)
    : edge_(edge), upstream_(upstream), indicators_(v1::IntelIndicator::descriptor(), Facts()) {}

grpc::ServerUnaryReactor* IntelIndicatorService::ListIntelIndicators(
    grpc::CallbackServerContext* context, const v1::ListIntelIndicatorsRequest* request,
    v1::ListIntelIndicatorsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IntelIndicatorService/ListIntelIndicators", context, request,
                response, [=, this](Call& call) {
                  return indicators_.List(upstream_, call, *request, *response,
                                          QueryChecks(*request), Options(*request));
                });
}

grpc::ServerUnaryReactor* IntelIndicatorService::GetIntelIndicator(
    grpc::CallbackServerContext* context, const v1::GetIntelIndicatorRequest* request,
    v1::GetIntelIndicatorResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.IntelIndicatorService/GetIntelIndicator", context, request, response,
      [=, this](Call& call) { return indicators_.Get(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* IntelIndicatorService::BatchGetIntelIndicators(
    grpc::CallbackServerContext* context, const v1::BatchGetIntelIndicatorsRequest* request,
    v1::BatchGetIntelIndicatorsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.IntelIndicatorService/BatchGetIntelIndicators", context, request, response,
      [=, this](Call& call) { return indicators_.BatchGet(upstream_, call, *request, *response); });
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

// IocService: the gRPC face of Falcon's IOC Management.
#include "rpc/ioc_service.h"

#include <algorithm>

#include "base/device_id.h"
#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "falcon/aggregate.h"
#include "falcon/page_failure.h"
#include "rpc/aggregation.h"
#include "rpc/indicator_sightings.h"
#include "rpc/staleness.h"
#include "rpc/unary_call.h"

namespace falcon::rpc {
namespace {

std::string_view ProcessIdShape(std::string_view id) {
  const bool parts = id.starts_with("pid:") && std::count(id.begin(), id.end(), ':') == 2;
  return parts && AnyIdShape(id).empty() ? "" : "must be pid:<device id>:<number>";
}

CollectionFacts IocFacts() {
  CollectionFacts facts;
  facts.id = "id";
  facts.pages = &operation::kCombinedIocs;
  facts.entities = &operation::kGetIocs;
  facts.pages_like_entities = true;
  facts.list_order = {"created_on", true};
  facts.seek = "created_on";
  facts.id_shape = IocIdShape;
  facts.spell_id = Lower;
  return facts;
}

CollectionFacts ProcessFacts() {
  CollectionFacts facts;
  facts.id = "process_id";
  facts.pages = nullptr;  // looked up only
  facts.entities = &operation::kGetProcesses;
  facts.id_shape = ProcessIdShape;
  return facts;
}

template <class Request>
Parameters Options(const Request& request) {
  if (!request.filter().from_parent()) return {};
  return {{"from_parent", "true"}};
}

template <class Request>
Checks NoQuery(const Request& request) {
  Checks checks;
  if (!request.filter().query().empty()) {
    checks.Violate("filter.query",
                   "Falcon counts IOCs by free text and lists none by it; use `fql`");
  }
  return checks;
}

absl::Status NoCount() {
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
               "Falcon's answer does not say on how many hosts the indicator was seen");
}

absl::Status InCircles() {
  return Error(absl::StatusCode::kDataLoss, "CURSOR_LOOP",
               "Falcon's pages turn in a circle, so that the rest cannot be read");
}

}  // namespace

IocService::IocService(const Edge& edge, const Upstream& upstream)
    : edge_(edge),
      upstream_(upstream),
      iocs_(v1::Ioc::descriptor(), IocFacts()),
      processes_(v1::IocProcess::descriptor(), ProcessFacts()),
      counts_(v1::IocDeviceCount::descriptor()) {}

Task<absl::Status> IocService::Aggregate(Call& call, const v1::AggregateIocsRequest& request,
                                         v1::AggregateIocsResponse& response) {
  Checks checks;
  CheckQuery(request.filter().query(), checks);
  ASSIGN_OR_CO_RETURN(const AggregationQuery query,
                      OpenAggregation(request, iocs_.catalogue(), upstream_.clock, call, checks));
  UpstreamCall count = AggregateCall(operation::kAggregateIocs, query);
  count.query = Options(request);
  // Falcon's specification has the condition in the query and in the body, and says not which one
  // counts.
  if (!query.filter.empty()) count.query.emplace_back("filter", query.filter);
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await upstream_.caller.Call(std::move(count), call.reading));
  ASSIGN_OR_CO_RETURN(const int64_t others, ReadAggregate(answer, response.mutable_buckets()));
  response.set_other_count(others);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IocService::DeviceCount(Call& call, const v1::GetIocDeviceCountRequest& request,
                                           v1::GetIocDeviceCountResponse& response) {
  Checks checks;
  UpstreamCall count(operation::kIocDeviceCount);
  count.query = IndicatorParameters(request.type(), request.value(), checks);
  TakeStaleness(request, call.reading, checks);
  CO_RETURN_IF_ERROR(checks.Verdict());
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await upstream_.caller.Call(std::move(count), call.reading));
  v1::IocDeviceCount& found = *response.mutable_count();
  json::DecodeOptions options;
  options.additional_fields = request.read_options().include_additional_fields();
  const bool decoded =
      answer.envelope().resources > 0 && counts_.Decode(answer, 0, options, found, call.report);
  const bool counted = decoded && !answer.TextOf(0, "device_count").empty() &&
                       !call.report.fields.contains("device_count");
  if (!counted) co_return NoCount();
  found.set_type(request.type());
  found.set_value(request.value());
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

// A page of ids. One without any, though more than `sent` are counted, is asked for once more.
Task<absl::StatusOr<json::Document>> IocService::ReadIds(Call& call, const UpstreamCall& page,
                                                         int64_t sent) {
  for (const bool again : {false, true}) {
    if (again) call.reading.staleness = milliseconds(0);
    ASSIGN_OR_CO_RETURN(json::Document answer, co_await upstream_.caller.Call(page, call.reading));
    const json::Envelope& envelope = answer.envelope();
    const bool goes_on = !envelope.pagination.offset_token.empty();
    if (envelope.resources > 0 || goes_on || envelope.pagination.total.value_or(0) <= sent) {
      co_return answer;
    }
  }
  co_return Malformed(*page.operation, "it has no ids, though more are counted");
}

template <class Request, class Response>
Task<absl::Status> IocService::PageOfIds(Call& call, UpstreamCall page, const Request& request,
                                         Checks checks, Response& response,
                                         google::protobuf::RepeatedPtrField<std::string>& ids) {
  const std::string binding = PageTokens::Binding(request);
  const int limit = PageSize(request, "page_size");
  Cursor cursor;
  if (!request.page_token().empty()) {
    cursor = checks.Take(upstream_.tokens.Open(request.page_token(), binding, "page_token"));
  }
  TakeStaleness(request, call.reading, checks);
  CO_RETURN_IF_ERROR(checks.Verdict());
  page.query.emplace_back("limit", Cat(limit));
  page.continuation = !cursor.upstream.empty();
  if (page.continuation) page.query.emplace_back("offset", cursor.upstream);
  ASSIGN_OR_CO_RETURN(const json::Document answer, co_await ReadIds(call, page, cursor.sent));
  std::vector<std::string> found = answer.Ids();
  const json::Pagination& pagination = answer.envelope().pagination;
  cursor.sent += static_cast<int64_t>(found.size());
  std::string next =
      NextOffset(pagination, cursor.upstream, found.size(), static_cast<size_t>(limit));
  if (!next.empty() && next == cursor.upstream) co_return InCircles();
  ids.Assign(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  if (pagination.total.value_or(-1) >= cursor.sent) response.set_total_size(*pagination.total);
  if (!next.empty()) {
    cursor.upstream = std::move(next);
    cursor.issued = upstream_.clock.WallNow();
    response.set_next_page_token(upstream_.tokens.Seal(cursor, binding));
  }
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IocService::Devices(Call& call, const v1::ListIocDevicesRequest& request,
                                       v1::ListIocDevicesResponse& response) {
  Checks checks;
  UpstreamCall page(operation::kIocDevices);
  page.query = IndicatorParameters(request.type(), request.value(), checks);
  co_return co_await PageOfIds(call, std::move(page), request, std::move(checks), response,
                               *response.mutable_device_ids());
}

Task<absl::Status> IocService::Processes(Call& call, const v1::ListIocProcessesRequest& request,
                                         v1::ListIocProcessesResponse& response) {
  Checks checks;
  UpstreamCall page(operation::kIocProcesses);
  page.query = IndicatorParameters(request.type(), request.value(), checks);
  const std::string_view wrong = DeviceIdShape(request.device_id());
  if (!wrong.empty()) checks.Violate("device_id", wrong);
  page.query.emplace_back("device_id", DeviceId(request.device_id()));
  co_return co_await PageOfIds(call, std::move(page), request, std::move(checks), response,
                               *response.mutable_process_ids());
}

grpc::ServerUnaryReactor* IocService::ListIocs(grpc::CallbackServerContext* context,
                                               const v1::ListIocsRequest* request,
                                               v1::ListIocsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IocService/ListIocs", context, request, response,
                [=, this](Call& call) {
                  return iocs_.List(upstream_, call, *request, *response, NoQuery(*request),
                                    Options(*request));
                });
}

grpc::ServerUnaryReactor* IocService::GetIoc(grpc::CallbackServerContext* context,
                                             const v1::GetIocRequest* request,
                                             v1::GetIocResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IocService/GetIoc", context, request, response,
                [=, this](Call& call) { return iocs_.Get(upstream_, call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::BatchGetIocs(grpc::CallbackServerContext* context,
                                                   const v1::BatchGetIocsRequest* request,
                                                   v1::BatchGetIocsResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.IocService/BatchGetIocs", context, request, response,
      [=, this](Call& call) { return iocs_.BatchGet(upstream_, call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportIocsResponse>* IocService::ExportIocs(
    grpc::CallbackServerContext* context, const v1::ExportIocsRequest* request) {
  return Feed<v1::ExportIocsResponse>(edge_, "/falcon_gateway.v1.IocService/ExportIocs", context,
                                      request, [=, this](Call& call, ExportStream& stream) {
                                        return iocs_.Export(upstream_, call, *request, stream,
                                                            NoQuery(*request), Options(*request));
                                      });
}

grpc::ServerUnaryReactor* IocService::AggregateIocs(grpc::CallbackServerContext* context,
                                                    const v1::AggregateIocsRequest* request,
                                                    v1::AggregateIocsResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IocService/AggregateIocs", context, request, response,
                [=, this](Call& call) { return Aggregate(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::GetIocDeviceCount(grpc::CallbackServerContext* context,
                                                        const v1::GetIocDeviceCountRequest* request,
                                                        v1::GetIocDeviceCountResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IocService/GetIocDeviceCount", context, request,
                response, [=, this](Call& call) { return DeviceCount(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::ListIocDevices(grpc::CallbackServerContext* context,
                                                     const v1::ListIocDevicesRequest* request,
                                                     v1::ListIocDevicesResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IocService/ListIocDevices", context, request, response,
                [=, this](Call& call) { return Devices(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::ListIocProcesses(grpc::CallbackServerContext* context,
                                                       const v1::ListIocProcessesRequest* request,
                                                       v1::ListIocProcessesResponse* response) {
  return Answer(edge_, "/falcon_gateway.v1.IocService/ListIocProcesses", context, request, response,
                [=, this](Call& call) { return Processes(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::BatchGetProcesses(grpc::CallbackServerContext* context,
                                                        const v1::BatchGetProcessesRequest* request,
                                                        v1::BatchGetProcessesResponse* response) {
  return Answer(
      edge_, "/falcon_gateway.v1.IocService/BatchGetProcesses", context, request, response,
      [=, this](Call& call) { return processes_.BatchGet(upstream_, call, *request, *response); });
}

}  // namespace falcon::rpc

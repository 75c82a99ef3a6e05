// IocService: the gRPC face of Falcon's IOC Management.
#include "rpc/services/ioc_service.h"

#include <algorithm>

#include "base/device_id.h"
#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "rpc/server/staleness.h"
#include "rpc/server/unary_call.h"
#include "rpc/services/aggregation.h"
#include "rpc/services/indicator_sightings.h"
#include "upstream/operation/aggregate.h"
#include "upstream/paging/page_failure.h"

namespace falcon::rpc {
namespace {

std::string_view ValidateProcessId(std::string_view id) {
  const bool parts = id.starts_with("pid:") && std::count(id.begin(), id.end(), ':') == 2;
  return parts && ValidateAnyId(id).empty() ? "" : "must be pid:<device id>:<number>";
}

CollectionSpec IocFacts() {
  CollectionSpec spec;
  spec.id_field = "id";
  spec.list_operation = &upstream::operation::kCombinedIocs;
  spec.lookup_operation = &upstream::operation::kGetIocs;
  spec.lists_like_lookups = true;
  spec.default_order = {"created_on", true};
  spec.resume_field = "created_on";
  spec.validate_id = ValidateIocId;
  spec.canonical_id = Lower;
  return spec;
}

CollectionSpec ProcessFacts() {
  CollectionSpec spec;
  spec.id_field = "process_id";
  spec.list_operation = nullptr;  // looked up only
  spec.lookup_operation = &upstream::operation::kGetProcesses;
  spec.validate_id = ValidateProcessId;
  return spec;
}

template <class Request>
upstream::Parameters Options(const Request& request) {
  if (!request.filter().from_parent()) return {};
  return {{"from_parent", "true"}};
}

template <class Request>
RequestValidator NoQuery(const Request& request) {
  RequestValidator validator;
  if (!request.filter().query().empty()) {
    validator.AddViolation("filter.query",
                           "Falcon counts IOCs by free text and lists none by it; use `fql`");
  }
  return validator;
}

absl::Status NoCount() {
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
               "Falcon's answer does not say on how many hosts the indicator was seen");
}

absl::Status CursorLoop() {
  return Error(absl::StatusCode::kDataLoss, "CURSOR_LOOP",
               "Falcon's pages turn in a circle, so that the rest cannot be read");
}

}  // namespace

IocService::IocService(const RpcEnvironment& environment, const ServiceDeps& deps)
    : environment_(environment),
      deps_(deps),
      iocs_(v1::Ioc::descriptor(), IocFacts()),
      processes_(v1::IocProcess::descriptor(), ProcessFacts()),
      counts_(v1::IocDeviceCount::descriptor()) {}

Task<absl::Status> IocService::Aggregate(RpcContext& call, const v1::AggregateIocsRequest& request,
                                         v1::AggregateIocsResponse& response) {
  RequestValidator validator;
  ValidateQuery(request.filter().query(), validator);
  ASSIGN_OR_CO_RETURN(const upstream::AggregationQuery query,
                      PrepareAggregation(request, iocs_.catalogue(), deps_.clock, call, validator));
  upstream::UpstreamCall count =
      upstream::AggregateCall(upstream::operation::kAggregateIocs, query);
  count.query = Options(request);
  // Falcon's specification has the condition in the query and in the body, and says not which one
  // counts.
  if (!query.filter.empty()) count.query.emplace_back("filter", query.filter);
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await deps_.caller.Call(std::move(count), call.reading));
  ASSIGN_OR_CO_RETURN(const int64_t others,
                      upstream::ReadAggregate(answer, response.mutable_buckets()));
  response.set_other_count(others);
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IocService::DeviceCount(RpcContext& call,
                                           const v1::GetIocDeviceCountRequest& request,
                                           v1::GetIocDeviceCountResponse& response) {
  RequestValidator validator;
  upstream::UpstreamCall count(upstream::operation::kIocDeviceCount);
  count.query = IndicatorParameters(request.type(), request.value(), validator);
  ApplyStaleness(request, call.reading, validator);
  CO_RETURN_IF_ERROR(validator.status());
  ASSIGN_OR_CO_RETURN(const json::Document answer,
                      co_await deps_.caller.Call(std::move(count), call.reading));
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
Task<absl::StatusOr<json::Document>> IocService::ReadIds(RpcContext& call,
                                                         const upstream::UpstreamCall& page,
                                                         int64_t sent) {
  for (const bool again : {false, true}) {
    if (again) call.reading.staleness = milliseconds(0);
    ASSIGN_OR_CO_RETURN(json::Document answer, co_await deps_.caller.Call(page, call.reading));
    const json::Envelope& envelope = answer.envelope();
    const bool goes_on = !envelope.pagination.offset_token.empty();
    if (envelope.resources > 0 || goes_on || envelope.pagination.total.value_or(0) <= sent) {
      co_return answer;
    }
  }
  co_return Malformed(*page.operation, "it has no ids, though more are counted");
}

template <class Request, class Response>
Task<absl::Status> IocService::PageOfIds(RpcContext& call, upstream::UpstreamCall page,
                                         const Request& request, RequestValidator validator,
                                         Response& response,
                                         google::protobuf::RepeatedPtrField<std::string>& ids) {
  const std::string binding = upstream::PageTokens::Binding(request);
  const int limit = PageSize(request, "page_size");
  upstream::Cursor cursor;
  if (!request.page_token().empty()) {
    cursor =
        validator.ValueOrDefault(deps_.tokens.Open(request.page_token(), binding, "page_token"));
  }
  ApplyStaleness(request, call.reading, validator);
  CO_RETURN_IF_ERROR(validator.status());
  page.query.emplace_back("limit", StrCat(limit));
  page.continuation = !cursor.upstream.empty();
  if (page.continuation) page.query.emplace_back("offset", cursor.upstream);
  ASSIGN_OR_CO_RETURN(const json::Document answer, co_await ReadIds(call, page, cursor.sent));
  std::vector<std::string> found = answer.Ids();
  const json::Pagination& pagination = answer.envelope().pagination;
  cursor.sent += static_cast<int64_t>(found.size());
  std::string next =
      NextOffset(pagination, cursor.upstream, found.size(), static_cast<size_t>(limit));
  if (!next.empty() && next == cursor.upstream) co_return CursorLoop();
  ids.Assign(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  if (pagination.total.value_or(-1) >= cursor.sent) response.set_total_size(*pagination.total);
  if (!next.empty()) {
    cursor.upstream = std::move(next);
    cursor.issued = deps_.clock.WallNow();
    response.set_next_page_token(deps_.tokens.Seal(cursor, binding));
  }
  Describe(call, response.mutable_read_info());
  co_return absl::OkStatus();
}

Task<absl::Status> IocService::Devices(RpcContext& call, const v1::ListIocDevicesRequest& request,
                                       v1::ListIocDevicesResponse& response) {
  RequestValidator validator;
  upstream::UpstreamCall page(upstream::operation::kIocDevices);
  page.query = IndicatorParameters(request.type(), request.value(), validator);
  co_return co_await PageOfIds(call, std::move(page), request, std::move(validator), response,
                               *response.mutable_device_ids());
}

Task<absl::Status> IocService::Processes(RpcContext& call,
                                         const v1::ListIocProcessesRequest& request,
                                         v1::ListIocProcessesResponse& response) {
  RequestValidator validator;
  upstream::UpstreamCall page(upstream::operation::kIocProcesses);
  page.query = IndicatorParameters(request.type(), request.value(), validator);
  const std::string_view wrong = ValidateDeviceId(request.device_id());
  if (!wrong.empty()) validator.AddViolation("device_id", wrong);
  page.query.emplace_back("device_id", DeviceId(request.device_id()));
  co_return co_await PageOfIds(call, std::move(page), request, std::move(validator), response,
                               *response.mutable_process_ids());
}

grpc::ServerUnaryReactor* IocService::ListIocs(grpc::CallbackServerContext* context,
                                               const v1::ListIocsRequest* request,
                                               v1::ListIocsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IocService/ListIocs", context, request,
                    response, [=, this](RpcContext& call) {
                      return iocs_.List(deps_, call, *request, *response, NoQuery(*request),
                                        Options(*request));
                    });
}

grpc::ServerUnaryReactor* IocService::GetIoc(grpc::CallbackServerContext* context,
                                             const v1::GetIocRequest* request,
                                             v1::GetIocResponse* response) {
  return StartUnary(
      environment_, "/falcon_gateway.v1.IocService/GetIoc", context, request, response,
      [=, this](RpcContext& call) { return iocs_.Get(deps_, call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::BatchGetIocs(grpc::CallbackServerContext* context,
                                                   const v1::BatchGetIocsRequest* request,
                                                   v1::BatchGetIocsResponse* response) {
  return StartUnary(
      environment_, "/falcon_gateway.v1.IocService/BatchGetIocs", context, request, response,
      [=, this](RpcContext& call) { return iocs_.BatchGet(deps_, call, *request, *response); });
}

grpc::ServerWriteReactor<v1::ExportIocsResponse>* IocService::ExportIocs(
    grpc::CallbackServerContext* context, const v1::ExportIocsRequest* request) {
  return StartServerStream<v1::ExportIocsResponse>(
      environment_, "/falcon_gateway.v1.IocService/ExportIocs", context, request,
      [=, this](RpcContext& call, ExportStream& stream) {
        return iocs_.Export(deps_, call, *request, stream, NoQuery(*request), Options(*request));
      });
}

grpc::ServerUnaryReactor* IocService::AggregateIocs(grpc::CallbackServerContext* context,
                                                    const v1::AggregateIocsRequest* request,
                                                    v1::AggregateIocsResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IocService/AggregateIocs", context, request,
                    response,
                    [=, this](RpcContext& call) { return Aggregate(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::GetIocDeviceCount(grpc::CallbackServerContext* context,
                                                        const v1::GetIocDeviceCountRequest* request,
                                                        v1::GetIocDeviceCountResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IocService/GetIocDeviceCount", context,
                    request, response,
                    [=, this](RpcContext& call) { return DeviceCount(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::ListIocDevices(grpc::CallbackServerContext* context,
                                                     const v1::ListIocDevicesRequest* request,
                                                     v1::ListIocDevicesResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IocService/ListIocDevices", context, request,
                    response,
                    [=, this](RpcContext& call) { return Devices(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::ListIocProcesses(grpc::CallbackServerContext* context,
                                                       const v1::ListIocProcessesRequest* request,
                                                       v1::ListIocProcessesResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IocService/ListIocProcesses", context,
                    request, response,
                    [=, this](RpcContext& call) { return Processes(call, *request, *response); });
}

grpc::ServerUnaryReactor* IocService::BatchGetProcesses(grpc::CallbackServerContext* context,
                                                        const v1::BatchGetProcessesRequest* request,
                                                        v1::BatchGetProcessesResponse* response) {
  return StartUnary(environment_, "/falcon_gateway.v1.IocService/BatchGetProcesses", context,
                    request, response, [=, this](RpcContext& call) {
                      return processes_.BatchGet(deps_, call, *request, *response);
                    });
}

}  // namespace falcon::rpc

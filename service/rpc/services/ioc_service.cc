// IocService: indicators of compromise and where they were seen, from Falcon's IOC Management.
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/iocs.grpc.pb.h"
#include "rpc/server/request_bounds.h"
#include "rpc/services/collection.h"
#include "rpc/services/collections.h"
#include "rpc/services/indicator_sightings.h"

namespace falcon::rpc {
namespace {

std::string_view ValidateProcessId(std::string_view id) {
  const bool parts = id.starts_with("pid:") && std::count(id.begin(), id.end(), ':') == 2;
  return parts && ValidateAnyId(id).empty() ? "" : "must be pid:<device id>:<number>";
}

void AddParent(Preparation& request) {
  const auto& filter = request.filter<v1::IocFilter>();
  if (filter.from_parent()) request.query = {{"from_parent", "true"}};
  if (request.pages == nullptr || filter.query().empty()) return;
  request.validator.AddViolation("filter.query",
                                 "Falcon counts IOCs by free text and lists none by it; use `fql`");
}

constexpr CollectionSpec kIocs = {
    .list_operation = &upstream::operation::kCombinedIocs,
    .lookup_operation = &upstream::operation::kGetIocs,
    .aggregate_operation = &upstream::operation::kAggregateIocs,
    .lists_like_lookups = true,
    // Falcon's specification has the filter in the query and in the body, and does not say which one
    // counts.
    .repeats_aggregate_filter = true,
    .default_order = "created_on desc",
    .resume_field = "created_on",
    .validate_id = ValidateIocId,
    .canonical_id = Lower,
    .prepare = AddParent,
};

constexpr CollectionSpec kProcesses = {
    .id_field = "process_id",
    .lookup_operation = &upstream::operation::kGetProcesses,
    .validate_id = ValidateProcessId,
};

absl::Status NoCount() {
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED",
               "Falcon's answer does not say on how many hosts the indicator was seen");
}

absl::Status CursorLoop() {
  return Error(absl::StatusCode::kDataLoss, "CURSOR_LOOP",
               "Falcon's pages turn in a circle, so that the rest cannot be read");
}

class IocService final : public v1::IocService::CallbackService {
 public:
  IocService(const RpcEnvironment& environment, const ServiceDeps& deps)
      : environment_(environment),
        deps_(deps),
        iocs_(environment, deps, v1::Ioc::descriptor(), kIocs),
        processes_(environment, deps, v1::IocProcess::descriptor(), kProcesses),
        counts_(v1::IocDeviceCount::descriptor()) {}

  Unary* ListIocs(Context* context, const v1::ListIocsRequest* request,
                  v1::ListIocsResponse* response) override {
    return iocs_.List(context, request, response);
  }
  Unary* GetIoc(Context* context, const v1::GetIocRequest* request,
                v1::GetIocResponse* response) override {
    return iocs_.Get(context, request, response);
  }
  Unary* BatchGetIocs(Context* context, const v1::BatchGetIocsRequest* request,
                      v1::BatchGetIocsResponse* response) override {
    return iocs_.BatchGet(context, request, response);
  }
  ServerStream<v1::ExportIocsResponse>* ExportIocs(Context* context,
                                                   const v1::ExportIocsRequest* request) override {
    return iocs_.Export<v1::ExportIocsResponse>(context, request);
  }
  Unary* AggregateIocs(Context* context, const v1::AggregateIocsRequest* request,
                       v1::AggregateIocsResponse* response) override {
    return iocs_.Aggregate(context, request, response);
  }
  Unary* GetIocDeviceCount(Context* context, const v1::GetIocDeviceCountRequest* request,
                           v1::GetIocDeviceCountResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IocService::DeviceCount, this));
  }
  Unary* ListIocDevices(Context* context, const v1::ListIocDevicesRequest* request,
                        v1::ListIocDevicesResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IocService::Devices, this));
  }
  Unary* ListIocProcesses(Context* context, const v1::ListIocProcessesRequest* request,
                          v1::ListIocProcessesResponse* response) override {
    return StartUnary(environment_, context, request, response,
                      std::bind_front(&IocService::Processes, this));
  }
  Unary* BatchGetProcesses(Context* context, const v1::BatchGetProcessesRequest* request,
                           v1::BatchGetProcessesResponse* response) override {
    return processes_.BatchGet(context, request, response);
  }

 private:
  Task<absl::Status> DeviceCount(RpcContext& context, const v1::GetIocDeviceCountRequest& request,
                                 v1::GetIocDeviceCountResponse& response) {
    RequestValidator validator;
    upstream::UpstreamRequest count(upstream::operation::kIocDeviceCount);
    count.query = IndicatorParameters(request.type(), request.value(), validator);
    ValidateStaleness(request, validator);
    CO_RETURN_IF_ERROR(validator.status());
    ASSIGN_OR_CO_RETURN(const json::Document answer,
                        co_await deps_.Call(std::move(count), context));
    v1::IocDeviceCount& found = *response.mutable_count();
    json::DecodeOptions options;
    options.additional_fields = request.read_options().include_additional_fields();
    const bool decoded = answer.envelope().resources > 0 &&
                         counts_.Decode(answer, 0, options, found, context.report);
    const bool counted = decoded && !answer.TextOf(0, "device_count").empty() &&
                         !context.report.fields.contains("device_count");
    if (!counted) co_return NoCount();
    found.set_type(request.type());
    found.set_value(request.value());
    co_return absl::OkStatus();
  }

  // A page of ids. An empty one, though more than `sent` are counted, is requested once more.
  Task<absl::StatusOr<json::Document>> ReadIds(RpcContext& context,
                                               const upstream::UpstreamRequest& page,
                                               int64_t sent) {
    upstream::CallOptions options = context.options;
    for (const bool again : {false, true}) {
      if (again) options.max_staleness = milliseconds(0);
      ASSIGN_OR_CO_RETURN(const upstream::UpstreamResponse answer,
                          co_await deps_.client.Call(page, options, context.stats));
      const json::Envelope& envelope = answer.document.envelope();
      const bool goes_on = !envelope.pagination.offset_token.empty();
      if (envelope.resources > 0 || goes_on || envelope.pagination.total.value_or(0) <= sent) {
        co_return answer.document;
      }
    }
    co_return Malformed(*page.operation, "it has no ids, though more are counted");
  }

  template <class Request, class Response>
  Task<absl::Status> PageOfIds(RpcContext& context, upstream::UpstreamRequest page,
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
    ValidateStaleness(request, validator);
    CO_RETURN_IF_ERROR(validator.status());
    page.query.emplace_back("limit", StrCat(limit));
    page.continuation = !cursor.upstream.empty();
    if (page.continuation) page.query.emplace_back("offset", cursor.upstream);
    ASSIGN_OR_CO_RETURN(const json::Document answer, co_await ReadIds(context, page, cursor.sent));
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
    co_return absl::OkStatus();
  }

  Task<absl::Status> Devices(RpcContext& context, const v1::ListIocDevicesRequest& request,
                             v1::ListIocDevicesResponse& response) {
    RequestValidator validator;
    upstream::UpstreamRequest page(upstream::operation::kIocDevices);
    page.query = IndicatorParameters(request.type(), request.value(), validator);
    co_return co_await PageOfIds(context, std::move(page), request, std::move(validator), response,
                                 *response.mutable_device_ids());
  }

  Task<absl::Status> Processes(RpcContext& context, const v1::ListIocProcessesRequest& request,
                               v1::ListIocProcessesResponse& response) {
    RequestValidator validator;
    upstream::UpstreamRequest page(upstream::operation::kIocProcesses);
    page.query = IndicatorParameters(request.type(), request.value(), validator);
    const std::string_view wrong = ValidateDeviceId(request.device_id());
    if (!wrong.empty()) validator.AddViolation("device_id", wrong);
    page.query.emplace_back("device_id", DeviceId(request.device_id()));
    co_return co_await PageOfIds(context, std::move(page), request, std::move(validator), response,
                                 *response.mutable_process_ids());
  }

  const RpcEnvironment& environment_;
  const ServiceDeps& deps_;
  const Collection iocs_;
  const Collection processes_;
  const json::Decoder counts_;
};

}  // namespace

Collection collections::Iocs(const RpcEnvironment& environment, const ServiceDeps& deps) {
  return {environment, deps, v1::Ioc::descriptor(), kIocs};
}

std::unique_ptr<grpc::Service> NewIocService(const RpcEnvironment& environment,
                                             const ServiceDeps& deps) {
  return std::make_unique<IocService>(environment, deps);
}

}  // namespace falcon::rpc

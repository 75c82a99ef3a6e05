// Deadlines and cancellation at the edge.
#include "rpc/server/rpc_environment.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"
#include "base/status.h"
#include "rpc/server/client_identity.h"
#include "rpc/server/field_access.h"
#include "rpc/server/record_view.h"
#include "rpc/server/request_bounds.h"
#include "rpc/server/status.h"

namespace falcon::rpc {
namespace {

// A client that thinks better of a call takes longer, but for one that sends calls to burden us.
constexpr milliseconds kAtOnce{100};

bool IsValidateOnly(const google::protobuf::Message& request) {
  if (request.GetDescriptor()->FindFieldByName("read_options") == nullptr) return false;
  const auto* options = MessageField<v1::ReadOptions>(request, "read_options");
  return options != nullptr && options->validate_only();
}

void AddPushback(const absl::Status& status, grpc::CallbackServerContext& context) {
  const auto pushback = RetryPushback(status);
  if (!pushback.has_value()) return;
  context.AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(*pushback));
}

}  // namespace

Deadline CallDeadline(const grpc::CallbackServerContext& context, const Clock& clock, seconds usual,
                      seconds longest) {
  const auto asked = context.deadline();
  if (asked == std::chrono::system_clock::time_point::max()) return Deadline::In(clock, usual);
  const auto left =
      std::chrono::duration_cast<milliseconds>(asked - std::chrono::system_clock::now());
  if (left > longest) return Deadline::In(clock, longest);
  const milliseconds margin = std::min(milliseconds(50), left / 20);
  return Deadline::In(clock, left - margin);
}

void DescribeValidated(const RpcContext& call, google::protobuf::Message& answer) {
  answer.Clear();
  if (answer.GetDescriptor()->FindFieldByName("read_info") == nullptr) return;
  Describe(call, MutableMessage<v1::ReadInfo>(answer, "read_info"));
}

absl::StatusOr<AdmittedRpc> AdmitRpc(const RpcEnvironment& environment, LoadShedding load_shedding,
                                     const grpc::CallbackServerContext& context,
                                     const google::protobuf::Message& request,
                                     upstream::Priority priority) {
  ASSIGN_OR_RETURN(const RequestSize size, CheckBounds(request));
  if (environment.connections != nullptr)
    environment.connections->Credit(context.peer(), size.bytes);
  AdmittedRpc entry{.caller = ClientIdentity(context),
                    .permit = {},
                    .view = ShownView(request),
                    .validate_only = IsValidateOnly(request)};
  if (load_shedding == LoadShedding::kExempt) return entry;
  if (environment.memory != nullptr)
    RETURN_IF_ERROR(environment.memory->Admit(priority == upstream::Priority::kExport
                                                  ? runtime::Criticality::kSheddable
                                                  : runtime::Criticality::kCritical));
  if (environment.limiter != nullptr) {
    ASSIGN_OR_RETURN(entry.permit, environment.limiter->Acquire(entry.caller, priority,
                                                                ExpectedBytes(size, priority)));
  }
  return entry;
}

grpc::Status RejectRpc(const RpcEnvironment& environment, std::string_view method,
                       grpc::CallbackServerContext& context, const absl::Status& status) {
  environment.observer.Refused(method, status);
  AddPushback(status, context);
  return ToGrpc(status);
}

void CountReset(const RpcEnvironment& environment, const grpc::CallbackServerContext& context,
                SteadyTime started, Deadline deadline) {
  const SteadyTime now = environment.clock.Now();
  if (environment.resets == nullptr || now - started > kAtOnce || now >= deadline.at()) return;
  environment.resets->Count(context.peer());
}

namespace {

// Whether a text of Falcon's may stand in metadata: gRPC ends a call for any other.
bool IsMetadata(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void AddTrailers(const RpcContext& call, grpc::CallbackServerContext& context) {
  const upstream::Reading& reading = call.reading;
  context.AddTrailingMetadata("falcon-upstream-calls", std::to_string(call.upstream_calls()));
  if (call.age() > milliseconds(0)) {
    const auto age = static_cast<double>(call.age().count()) / 1000;
    context.AddTrailingMetadata("falcon-cache-age", absl::StrFormat("%.3f", age));
  }
  if (IsMetadata(reading.trace_id)) {
    context.AddTrailingMetadata("falcon-trace-id", reading.trace_id);
  }
}

}  // namespace

grpc::Status FinishCall(const RpcEnvironment& environment, std::string_view method,
                        grpc::CallbackServerContext& context, const absl::Status& status,
                        SteadyTime started, const RpcContext& call) {
  const auto took = std::chrono::duration_cast<milliseconds>(environment.clock.Now() - started);
  environment.observer.Finished(method, status, took, call);
  AddTrailers(call, context);
  AddPushback(status, context);
  return ToGrpc(status);
}

void Canceller::Cancel() {
  if (finished_) return;
  // A client whose time is up cancels too, and a busy loop may hear of that first.
  const SteadyTime due = timer_.expiry();
  if (due != SteadyTime() && due <= std::chrono::steady_clock::now()) deadline_passed_ = true;
  signal_.emit(boost::asio::cancellation_type::terminal);
}

void Canceller::CancelAt(SteadyTime at, const std::shared_ptr<Canceller>& self) {
  timer_.expires_at(at);
  timer_.async_wait([self](boost::system::error_code error) {
    if (error || self->finished_) return;
    self->deadline_passed_ = true;
    self->Cancel();
  });
}

void Canceller::Finished() {
  finished_ = true;
  timer_.cancel();
}

}  // namespace falcon::rpc

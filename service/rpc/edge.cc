// Deadlines and cancellation at the edge.
#include "rpc/edge.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"
#include "base/status.h"
#include "rpc/caller_name.h"
#include "rpc/field_access.h"
#include "rpc/record_view.h"
#include "rpc/request_bounds.h"
#include "rpc/status.h"

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

void DescribeValidated(const Call& call, google::protobuf::Message& answer) {
  answer.Clear();
  if (answer.GetDescriptor()->FindFieldByName("read_info") == nullptr) return;
  Describe(call, MutableMessage<v1::ReadInfo>(answer, "read_info"));
}

absl::StatusOr<Entry> Enter(const Edge& edge, Door door, const grpc::CallbackServerContext& context,
                            const google::protobuf::Message& request, Priority priority) {
  ASSIGN_OR_RETURN(const RequestSize size, CheckBounds(request));
  if (edge.connections != nullptr) edge.connections->Credit(context.peer(), size.bytes);
  Entry entry{.caller = CallerName(context),
              .permit = {},
              .view = ShownView(request),
              .validate_only = IsValidateOnly(request)};
  if (door == Door::kAlwaysOpen) return entry;
  if (edge.memory != nullptr) RETURN_IF_ERROR(edge.memory->Admit(priority));
  if (edge.limiter != nullptr) {
    ASSIGN_OR_RETURN(entry.permit,
                     edge.limiter->Acquire(entry.caller, priority, ExpectedBytes(size, priority)));
  }
  return entry;
}

grpc::Status Refuse(const Edge& edge, std::string_view method, grpc::CallbackServerContext& context,
                    const absl::Status& status) {
  edge.observer.Refused(method, status);
  AddPushback(status, context);
  return ToGrpc(status);
}

void CountReset(const Edge& edge, const grpc::CallbackServerContext& context, SteadyTime started,
                Deadline deadline) {
  const SteadyTime now = edge.clock.Now();
  if (edge.resets == nullptr || now - started > kAtOnce || now >= deadline.at()) return;
  edge.resets->Count(context.peer());
}

namespace {

// Whether a text of Falcon's may stand in metadata: gRPC ends a call for any other.
bool IsMetadata(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void AddTrailers(const Call& call, grpc::CallbackServerContext& context) {
  const Reading& reading = call.reading;
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

grpc::Status Conclude(const Edge& edge, std::string_view method,
                      grpc::CallbackServerContext& context, const absl::Status& status,
                      SteadyTime started, const Call& call) {
  const auto took = std::chrono::duration_cast<milliseconds>(edge.clock.Now() - started);
  edge.observer.Finished(method, status, took, call);
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

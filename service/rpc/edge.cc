// Deadlines and cancellation at the edge.
#include "rpc/edge.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"
#include "rpc/status.h"

namespace falcon::rpc {

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

absl::Status Admit(const Edge& edge, Door door, const Call& call) {
  if (edge.memory == nullptr || door == Door::kAlwaysOpen) return absl::OkStatus();
  return edge.memory->Admit(call.reading.priority);
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
  if (const auto pushback = RetryPushback(status); pushback.has_value()) {
    context.AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(*pushback));
  }
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

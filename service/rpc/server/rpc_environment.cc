// Admission, clients' names, deadlines and trailing metadata.
#include "rpc/server/rpc_environment.h"

#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/text.h"
#include "rpc/server/field_access.h"
#include "rpc/server/status.h"

namespace falcon::rpc {
namespace {

// A call that is cancelled within this time of its start counts as a reset.
constexpr milliseconds kResetTime{100};
constexpr size_t kMaxNameBytes = 128;  // of a client

// The client's deadline, less a margin for the response's way back, within the limits for
// `priority`.
Deadline CallDeadline(const grpc::CallbackServerContext& server_context,
                      const RpcEnvironment& environment, upstream::Priority priority) {
  const CallLimits& limits = environment.limits;
  const bool stream = priority == upstream::Priority::kExport;
  const auto requested = server_context.deadline();
  if (requested == std::chrono::system_clock::time_point::max()) {
    return Deadline::In(environment.clock, stream ? limits.stream_default : limits.unary_default);
  }
  const milliseconds max = stream ? limits.stream_max : limits.unary_max;
  const auto left =
      std::chrono::duration_cast<milliseconds>(requested - std::chrono::system_clock::now());
  if (left > max) return Deadline::In(environment.clock, max);
  const milliseconds margin = std::min(milliseconds(50), left / 20);
  return Deadline::In(environment.clock, left - margin);
}

// "ipv4:192.0.2.1:54321" without the port, which differs for each connection.
std::string_view AddressOf(std::string_view peer) {
  const size_t colon = peer.rfind(':');
  const bool port = peer.starts_with("ip") && colon != peer.find(':');
  return port ? peer.substr(0, colon) : peer;
}

std::string ClientIdentity(const grpc::CallbackServerContext& server_context) {
  const auto auth = server_context.auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    const auto identity = auth->GetPeerIdentity();
    if (!identity.empty()) {
      return StrCat("certificate:", std::string(identity.front().data(), identity.front().size()));
    }
  }
  const auto& metadata = server_context.client_metadata();
  const auto found = metadata.find("falcon-caller");
  const std::string_view name = found == metadata.end()
                                    ? std::string_view()
                                    : std::string_view(found->second.data(), found->second.size());
  return UnverifiedIdentity(name, server_context.peer());
}

void AddPushback(const absl::Status& status, grpc::CallbackServerContext& server_context) {
  const auto pushback = RetryPushback(status);
  if (!pushback.has_value()) return;
  server_context.AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(*pushback));
}

// Whether Falcon's text may stand in metadata: gRPC fails a call with any other.
bool IsMetadata(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void AddTrailers(const RpcContext& context, grpc::CallbackServerContext& server_context) {
  server_context.AddTrailingMetadata("falcon-upstream-calls",
                                     std::to_string(context.upstream_calls()));
  if (context.age() > milliseconds(0)) {
    const auto age = static_cast<double>(context.age().count()) / 1000;
    server_context.AddTrailingMetadata("falcon-cache-age", absl::StrFormat("%.3f", age));
  }
  if (IsMetadata(context.stats.trace_id)) {
    server_context.AddTrailingMetadata("falcon-trace-id", context.stats.trace_id);
  }
}

// `max_staleness`, at most an hour; unset where it says nothing, or something below zero.
std::optional<milliseconds> RequestedStaleness(const v1::ReadOptions& options) {
  constexpr seconds kMax = std::chrono::hours(1);
  if (!options.has_max_staleness()) return std::nullopt;
  const auto& asked = options.max_staleness();
  if (asked.seconds() < 0 || asked.nanos() < 0) return std::nullopt;
  if (asked.seconds() >= kMax.count()) return kMax;
  return seconds(asked.seconds()) + milliseconds(asked.nanos() / 1'000'000);
}

}  // namespace

std::string UnverifiedIdentity(std::string_view name, std::string_view peer) {
  const std::string_view address = AddressOf(peer);
  return name.empty() ? StrCat("peer:", address)
                      : StrCat("metadata:", Utf8Prefix(name, kMaxNameBytes), "@", address);
}

absl::StatusOr<AdmittedRpc> AdmitRpc(const RpcEnvironment& environment, LoadShedding load_shedding,
                                     const grpc::CallbackServerContext& server_context,
                                     const google::protobuf::Message& request,
                                     upstream::Priority priority) {
  ASSIGN_OR_RETURN(const RequestSize size, CheckBounds(request));
  if (environment.connections != nullptr) {
    environment.connections->Credit(server_context.peer(), size.bytes);
  }
  const v1::ReadOptions& options = ReadOptionsOf(request);
  AdmittedRpc admitted{.caller = ClientIdentity(server_context),
                       .permit = {},
                       .view = ShownView(request),
                       .validate_only = options.validate_only(),
                       .max_staleness = RequestedStaleness(options)};
  if (load_shedding == LoadShedding::kExempt) return admitted;
  if (environment.memory != nullptr) {
    RETURN_IF_ERROR(environment.memory->Admit(priority == upstream::Priority::kExport
                                                  ? runtime::Criticality::kSheddable
                                                  : runtime::Criticality::kCritical));
  }
  if (environment.limiter != nullptr) {
    ASSIGN_OR_RETURN(admitted.permit, environment.limiter->Acquire(admitted.caller, priority,
                                                                   ExpectedBytes(size, priority)));
  }
  return admitted;
}

grpc::Status RejectRpc(const RpcEnvironment& environment, const RpcMethod& method,
                       grpc::CallbackServerContext& server_context, const absl::Status& status) {
  environment.observer.Refused(method.name, status);
  AddPushback(status, server_context);
  return ToGrpc(status);
}

ActiveRpc::ActiveRpc(const RpcEnvironment& environment, const RpcMethod& method,
                     grpc::CallbackServerContext& server_context, AdmittedRpc admitted,
                     upstream::Priority priority)
    : environment_(environment),
      method_(method),
      permit_(std::move(admitted.permit)),
      server_context_(server_context),
      started_(environment.clock.Now()),
      context_(CallDeadline(server_context, environment, priority), priority) {
  context_.options.client_id = std::move(admitted.caller);
  context_.view = admitted.view;
  context_.options.validate_only = admitted.validate_only;
  context_.options.max_staleness = admitted.max_staleness;
  // An export asks Falcon unless its request says otherwise.
  if (!admitted.max_staleness && priority == upstream::Priority::kInteractive) {
    context_.options.max_staleness = method.default_staleness;
  }
}

void ActiveRpc::Run(Task<absl::Status> task, std::function<void(const absl::Status&)> finished) {
  canceller_->CancelAt(context_.options.deadline.at(), canceller_);
  boost::asio::co_spawn(
      environment_.loop.executor(), std::move(task),
      boost::asio::bind_cancellation_slot(
          canceller_->slot(),
          [this, finished = std::move(finished)](std::exception_ptr error, absl::Status status) {
            if (error) status = StatusFromException(error, canceller_->deadline_passed());
            const bool drained = error && !canceller_->deadline_passed() &&
                                 context_.options.priority == upstream::Priority::kExport &&
                                 environment_.drain != nullptr && environment_.drain->begun();
            finished(drained ? Drained() : status);
          }));
}

bool ActiveRpc::EndsByDrain() {
  Drain* drain = environment_.drain;
  if (drain == nullptr || context_.options.priority != upstream::Priority::kExport) return false;
  if (drain->begun()) return true;
  drain->Watch(canceller_);
  return false;
}

void ActiveRpc::Cancel() {
  const SteadyTime now = environment_.clock.Now();
  const bool reset = now - started_ <= kResetTime && now < deadline_.at();
  if (environment_.resets != nullptr && reset) environment_.resets->Count(server_context_.peer());
  environment_.loop.Post([canceller = canceller_] { canceller->Cancel(); });
}

grpc::Status ActiveRpc::Finish(const absl::Status& status) {
  canceller_->Finished();
  const auto took = std::chrono::duration_cast<milliseconds>(environment_.clock.Now() - started_);
  environment_.observer.Finished(method_.name, status, took, context_);
  AddTrailers(context_, server_context_);
  AddPushback(status, server_context_);
  return ToGrpc(status);
}

}  // namespace falcon::rpc

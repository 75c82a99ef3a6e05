// UnaryCall: adapter between a unary RPC and the coroutine that answers it.
#ifndef FALCON_RPC_SERVER_UNARY_CALL_H_
#define FALCON_RPC_SERVER_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "rpc/server/fit_response.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/server/staleness.h"
#include "rpc/server/status.h"

namespace falcon::rpc {

// What a call that is answered still holds besides its answer.
inline constexpr int64_t kAnsweredBytes = 16 << 10;

// gRPC owns it until OnDone. The coroutine's completion calls Finish, exactly once, always, also
// after a cancel; so OnDone cannot come before the coroutine's end, and request and response
// outlive it.
template <class Handler>  // Handler: (RpcContext&) -> Task<absl::Status>
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(const RpcEnvironment& environment, std::string_view method,
            grpc::CallbackServerContext* context, google::protobuf::Message* response,
            Handler handler, AdmittedRpc entry)
      : environment_(environment),
        method_(method),
        permit_(std::move(entry.permit)),
        context_(context),
        response_(*response),
        handler_(std::move(handler)),
        started_(environment.clock.Now()),
        call_(CallDeadline(*context, environment.clock, environment.limits.unary_default,
                           environment.limits.unary_max),
              upstream::Priority::kInteractive) {
    call_.reading.caller = std::move(entry.caller);
    call_.view = entry.view;
    call_.reading.validate_only = entry.validate_only;
    call_.reading.staleness = DefaultStaleness(method);
  }

  // gRPC thread: posts, and returns.
  void Start() {
    environment_.loop.Post([this] { Run(); });
  }

  // gRPC thread, any time before OnDone.
  void OnCancel() override {
    CountReset(environment_, *context_, started_, call_deadline_);
    environment_.loop.Post([canceller = canceller_] { canceller->Cancel(); });
  }

  void OnDone() override { delete this; }

  // The reactions above post or delete, no more: gRPC need not hand them to its executor first.
  bool InternalInlineable() override { return true; }

 private:
  void Run() {
    environment_.observer.Started(method_);
    canceller_->CancelAt(call_.reading.deadline.at(), canceller_);
    boost::asio::co_spawn(
        environment_.loop.executor(), HandleAndFit(),
        boost::asio::bind_cancellation_slot(
            canceller_->slot(), [this](std::exception_ptr error, absl::Status status) {
              if (error) status = StatusFromException(error, canceller_->deadline_passed());
              End(status);
            }));
  }
  Task<absl::Status> HandleAndFit() {
    absl::Status status = co_await handler_(call_);
    if (upstream::IsValidated(status)) {
      DescribeValidated(call_, response_);
      co_return absl::OkStatus();
    }
    if (!status.ok()) co_return status;
    heavy_ = environment_.pool != nullptr && HoldsManyRecords(response_);
    std::function<void()> fit = [&] {
      status = FitResponse(response_);
      bytes_ = static_cast<int64_t>(response_.ByteSizeLong());
    };
    co_await runtime::RunHeavy(environment_.pool, heavy_, std::move(fit));
    co_return status;
  }
  // The last that it does: gRPC may delete it at once.
  void End(const absl::Status& status) {
    canceller_->Finished();
    // The answer and its serialized form, until the client has taken it.
    permit_.ShrinkTo(kAnsweredBytes + 3 * bytes_);
    grpc::Status end = FinishCall(environment_, method_, *context_, status, started_, call_);
    if (!heavy_) return Finish(std::move(end));
    // Finish serialises.
    environment_.pool->Post([this, end = std::move(end)] { Finish(end); });
  }

  const RpcEnvironment& environment_;
  std::string_view method_;
  CallLimiter::Permit permit_;
  grpc::CallbackServerContext* context_;
  google::protobuf::Message& response_;
  Handler handler_;
  SteadyTime started_;
  RpcContext call_;
  bool heavy_ = false;                                     // the answer is serialised by the pool
  int64_t bytes_ = 0;                                      // of the answer
  const Deadline call_deadline_ = call_.reading.deadline;  // for gRPC's threads
  std::shared_ptr<Canceller> canceller_ = std::make_shared<Canceller>(environment_.loop);
};

// Ends a unary RPC that may not begin.
class RejectedUnaryCall final : public grpc::ServerUnaryReactor {
 public:
  explicit RejectedUnaryCall(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
  bool InternalInlineable() override { return true; }
};

// Answers a unary RPC by `handler`, which fills `response`, on the loop. `method`: its full name,
// static. Nothing else may run on gRPC's thread. A call that may not begin (AdmitRpc) is ended at once.
template <class Handler>
grpc::ServerUnaryReactor* StartUnary(const RpcEnvironment& environment, std::string_view method,
                                     grpc::CallbackServerContext* context,
                                     const google::protobuf::Message* request,
                                     google::protobuf::Message* response, Handler handler,
                                     LoadShedding load_shedding = LoadShedding::kOn) {
  absl::StatusOr<AdmittedRpc> entry =
      AdmitRpc(environment, load_shedding, *context, *request, upstream::Priority::kInteractive);
  if (!entry.ok()) {
    return new RejectedUnaryCall(RejectRpc(environment, method, *context, entry.status()));
  }
  auto* call = new UnaryCall<Handler>(environment, method, context, response, std::move(handler),
                                      *std::move(entry));
  call->Start();
  return call;
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_UNARY_CALL_H_

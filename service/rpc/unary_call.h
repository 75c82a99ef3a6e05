// UnaryCall: the joint between a unary RPC and the coroutine that answers it.
#ifndef FALCON_RPC_UNARY_CALL_H_
#define FALCON_RPC_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "rpc/edge.h"
#include "rpc/fit_answer.h"
#include "rpc/staleness.h"
#include "rpc/status.h"

namespace falcon::rpc {

// What a call that is answered still holds besides its answer.
inline constexpr int64_t kAnsweredBytes = 16 << 10;

// gRPC owns it until OnDone. The coroutine's completion calls Finish, exactly once, always, also
// after a cancel; so OnDone cannot come before the coroutine's end, and request and response
// outlive it.
template <class Handler>  // Handler: (Call&) -> Task<absl::Status>
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(const Edge& edge, std::string_view method, grpc::CallbackServerContext* context,
            google::protobuf::Message* response, Handler handler, Entry entry)
      : edge_(edge),
        method_(method),
        permit_(std::move(entry.permit)),
        context_(context),
        response_(*response),
        handler_(std::move(handler)),
        started_(edge.clock.Now()),
        call_(CallDeadline(*context, edge.clock, edge.limits.unary_default, edge.limits.unary_max),
              Priority::kInteractive) {
    call_.reading.caller = std::move(entry.caller);
    call_.view = entry.view;
    call_.reading.validate_only = entry.validate_only;
    call_.reading.staleness = UsualStaleness(method);
  }

  // gRPC thread: posts, and returns.
  void Start() {
    edge_.loop.Post([this] { Run(); });
  }

  // gRPC thread, any time before OnDone.
  void OnCancel() override {
    CountReset(edge_, *context_, started_, call_deadline_);
    edge_.loop.Post([canceller = canceller_] { canceller->Cancel(); });
  }

  void OnDone() override { delete this; }

  // The reactions above post or delete, no more: gRPC need not hand them to its executor first.
  bool InternalInlineable() override { return true; }

 private:
  void Run() {
    edge_.observer.Started(method_);
    canceller_->CancelAt(call_.reading.deadline.at(), canceller_);
    boost::asio::co_spawn(
        edge_.loop.executor(), HandleAndFit(),
        boost::asio::bind_cancellation_slot(
            canceller_->slot(), [this](std::exception_ptr error, absl::Status status) {
              if (error) status = Unwound(error, canceller_->deadline_passed());
              End(status);
            }));
  }
  Task<absl::Status> HandleAndFit() {
    absl::Status status = co_await handler_(call_);
    if (IsValidated(status)) {
      DescribeValidated(call_, response_);
      co_return absl::OkStatus();
    }
    if (!status.ok()) co_return status;
    heavy_ = edge_.pool != nullptr && HoldsManyRecords(response_);
    std::function<void()> fit = [&] {
      status = FitAnswer(response_);
      bytes_ = static_cast<int64_t>(response_.ByteSizeLong());
    };
    co_await run::RunHeavy(edge_.pool, heavy_, std::move(fit));
    co_return status;
  }
  // The last that it does: gRPC may delete it at once.
  void End(const absl::Status& status) {
    canceller_->Finished();
    // The answer and its serialized form, until the client has taken it.
    permit_.ShrinkTo(kAnsweredBytes + 3 * bytes_);
    grpc::Status end = Conclude(edge_, method_, *context_, status, started_, call_);
    if (!heavy_) return Finish(std::move(end));
    // Finish serialises.
    edge_.pool->Post([this, end = std::move(end)] { Finish(end); });
  }

  const Edge& edge_;
  std::string_view method_;
  CallLimiter::Permit permit_;
  grpc::CallbackServerContext* context_;
  google::protobuf::Message& response_;
  Handler handler_;
  SteadyTime started_;
  Call call_;
  bool heavy_ = false;                                     // the answer is serialised by the pool
  int64_t bytes_ = 0;                                      // of the answer
  const Deadline call_deadline_ = call_.reading.deadline;  // for gRPC's threads
  std::shared_ptr<Canceller> canceller_ = std::make_shared<Canceller>(edge_.loop);
};

// Ends a unary RPC that may not begin.
class RefusedUnaryCall final : public grpc::ServerUnaryReactor {
 public:
  explicit RefusedUnaryCall(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
  bool InternalInlineable() override { return true; }
};

// Answers a unary RPC by `handler`, which fills `response`, on the loop. `method`: its full name,
// static. Nothing else may run on gRPC's thread. A call that may not begin (Enter) is ended at once.
template <class Handler>
grpc::ServerUnaryReactor* Answer(const Edge& edge, std::string_view method,
                                 grpc::CallbackServerContext* context,
                                 const google::protobuf::Message* request,
                                 google::protobuf::Message* response, Handler handler,
                                 Door door = Door::kGuarded) {
  absl::StatusOr<Entry> entry = Enter(edge, door, *context, *request, Priority::kInteractive);
  if (!entry.ok()) {
    return new RefusedUnaryCall(Refuse(edge, method, *context, entry.status()));
  }
  auto* call = new UnaryCall<Handler>(edge, method, context, response, std::move(handler),
                                      *std::move(entry));
  call->Start();
  return call;
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_UNARY_CALL_H_

// StreamCall: adapter between a server-streaming RPC and the coroutine that feeds it at the
// reader's pace.
#ifndef FALCON_RPC_SERVER_STREAM_CALL_H_
#define FALCON_RPC_SERVER_STREAM_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "rpc/server/drain.h"
#include "rpc/server/fit_response.h"
#include "rpc/server/rpc_environment.h"
#include "rpc/server/status.h"
#include "runtime/one_shot_event.h"
#include "upstream/lookup/fit_texts.h"

namespace falcon::rpc {

// Where a handler writes its messages. Loop thread only.
template <class Message>
class Stream {
 public:
  virtual ~Stream() = default;
  // Returns when gRPC has taken `message` from us, which it does at the reader's pace. CANCELLED
  // when the reader left, ABORTED (READER_STALLED) when it took nothing for
  // CallLimits::stalled_reader. `message` must live until then.
  virtual Task<absl::Status> Write(const Message& message) = 0;
};

// As UnaryCall: Finish exactly once, by the coroutine's completion. A write in flight keeps the
// reactor alive.
template <class Message,
          class Handler>  // Handler: (RpcContext&, Stream<Message>&) -> Task<absl::Status>
class StreamCall final : public grpc::ServerWriteReactor<Message>, private Stream<Message> {
 public:
  StreamCall(const RpcEnvironment& environment, std::string_view method,
             grpc::CallbackServerContext* context, Handler handler, AdmittedRpc entry)
      : environment_(environment),
        method_(method),
        permit_(std::move(entry.permit)),
        context_(context),
        handler_(std::move(handler)),
        started_(environment.clock.Now()),
        call_(CallDeadline(*context, environment.clock, environment.limits.stream_default,
                           environment.limits.stream_max),
              upstream::Priority::kExport) {
    call_.reading.caller = std::move(entry.caller);
    call_.view = entry.view;
    call_.reading.validate_only = entry.validate_only;
  }

  void Start() {
    environment_.loop.Post([this] { Run(); });
  }

  // gRPC threads.
  void OnCancel() override {
    CountReset(environment_, *context_, started_, call_deadline_);
    environment_.loop.Post([canceller = canceller_] { canceller->Cancel(); });
  }
  void OnWriteDone(bool ok) override {
    environment_.loop.Post([writing = writing_, ok] {
      writing->ok = ok;
      writing->done.Set();
    });
  }
  void OnDone() override { delete this; }

  // The reactions above post or delete, no more: gRPC need not hand them to its executor first.
  bool InternalInlineable() override { return true; }

 private:
  struct Writing {
    explicit Writing(runtime::Executor executor) : done(executor), stall(executor) {}
    runtime::OneShotEvent done;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      runtime::Executor>
        stall;
    bool ok = false;
    bool stalled = false;
  };

  Task<absl::Status> Write(const Message& message) override {
    auto writing = std::make_shared<Writing>(environment_.loop.executor());
    writing_ = writing;
    Message fitted;
    absl::Status fits;
    // StartWrite serialises.
    std::function<void()> start = [&] {
      const bool small = message.ByteSizeLong() <= upstream::kMaxAnswerBytes;
      if (!small) {
        fitted = message;
        fits = FitResponse(fitted);
      }
      if (fits.ok()) this->StartWrite(small ? &message : &fitted);
    };
    co_await runtime::RunHeavy(environment_.pool, HoldsManyRecords(message), std::move(start));
    CO_RETURN_IF_ERROR(fits);
    writing->stall.expires_after(environment_.limits.stalled_reader);
    writing->stall.async_wait([writing](boost::system::error_code error) {
      if (error || writing->done.is_set()) return;
      writing->stalled = true;
      writing->done.Set();
    });
    co_await writing->done.Wait();
    writing->stall.cancel();
    if (writing->stalled) {
      co_return Error(absl::StatusCode::kAborted, "READER_STALLED",
                      "the reader took nothing for minutes; resume with the last resume_token");
    }
    if (!writing->ok) co_return Error(absl::StatusCode::kCancelled, "CANCELLED", "the reader left");
    ++call_.messages_sent;
    co_return absl::OkStatus();
  }

  Task<absl::Status> Handle() {
    Stream<Message>& stream = *this;
    const absl::Status status = co_await handler_(call_, stream);
    if (!upstream::IsValidated(status)) co_return status;
    Message answer;
    DescribeValidated(call_, answer);
    co_return co_await Write(answer);
  }
  void Run() {
    environment_.observer.Started(method_);
    if (Draining()) return End(Drained());
    if (environment_.drain != nullptr) environment_.drain->Watch(canceller_);
    canceller_->CancelAt(call_.reading.deadline.at(), canceller_);
    boost::asio::co_spawn(
        environment_.loop.executor(), Handle(),
        boost::asio::bind_cancellation_slot(
            canceller_->slot(), [this](std::exception_ptr error, absl::Status status) {
              if (error) status = StatusFromException(error, canceller_->deadline_passed());
              const bool ended = error && !canceller_->deadline_passed() && Draining();
              End(ended ? Drained() : status);
            }));
  }
  bool Draining() const { return environment_.drain != nullptr && environment_.drain->begun(); }
  // The last that it does: gRPC may delete it at once.
  void End(const absl::Status& status) {
    canceller_->Finished();
    this->Finish(FinishCall(environment_, method_, *context_, status, started_, call_));
  }

  const RpcEnvironment& environment_;
  std::string_view method_;
  CallLimiter::Permit permit_;
  grpc::CallbackServerContext* context_;
  Handler handler_;
  SteadyTime started_;
  RpcContext call_;
  const Deadline call_deadline_ = call_.reading.deadline;  // for gRPC's threads
  std::shared_ptr<Writing> writing_;
  std::shared_ptr<Canceller> canceller_ = std::make_shared<Canceller>(environment_.loop);
};

// Ends a stream that may not begin.
template <class Message>
class RejectedStreamCall final : public grpc::ServerWriteReactor<Message> {
 public:
  explicit RejectedStreamCall(const grpc::Status& status) { this->Finish(status); }
  void OnDone() override { delete this; }
  bool InternalInlineable() override { return true; }
};

// Feeds a stream by `handler` on the loop. `method`: its full name, static. A call that may not
// begin (AdmitRpc) is ended at once.
template <class Message, class Handler>
grpc::ServerWriteReactor<Message>* StartServerStream(const RpcEnvironment& environment,
                                                     std::string_view method,
                                                     grpc::CallbackServerContext* context,
                                                     const google::protobuf::Message* request,
                                                     Handler handler) {
  absl::StatusOr<AdmittedRpc> entry =
      AdmitRpc(environment, LoadShedding::kOn, *context, *request, upstream::Priority::kExport);
  if (!entry.ok()) {
    return new RejectedStreamCall<Message>(
        RejectRpc(environment, method, *context, entry.status()));
  }
  auto* call = new StreamCall<Message, Handler>(environment, method, context, std::move(handler),
                                                *std::move(entry));
  call->Start();
  return call;
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_STREAM_CALL_H_

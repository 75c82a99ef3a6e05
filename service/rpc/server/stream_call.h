// StartServerStream: adapts a server-streaming RPC to the coroutine that writes it at the reader's
// pace.
#ifndef FALCON_RPC_SERVER_STREAM_CALL_H_
#define FALCON_RPC_SERVER_STREAM_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <utility>

#include "base/error.h"
#include "rpc/server/rpc_context.h"
#include "rpc/server/rpc_environment.h"
#include "runtime/one_shot_event.h"
#include "upstream/lookup/record_fields.h"

namespace falcon::rpc {

// Where a handler writes its messages, on the loop.
class MessageStream {
 public:
  virtual ~MessageStream() = default;
  // An empty message of the stream's type.
  virtual const google::protobuf::Message& prototype() const = 0;
  // Writes a message of that type. Returns when gRPC has taken it, which it does at the reader's
  // pace; `message` must live until then. CANCELLED when the reader left, ABORTED (READER_STALLED)
  // when it took nothing for CallLimits::stalled_reader.
  virtual Task<absl::Status> Write(const google::protobuf::Message& message) = 0;
};

// Whether the caller asks for gzip, by metadata `falcon-compression: gzip`. That it takes gzip says
// nothing: every client of gRPC does, and over a fast network it only costs time.
inline bool AsksForGzip(const grpc::CallbackServerContext& server_context) {
  const auto found = server_context.client_metadata().find("falcon-compression");
  return found != server_context.client_metadata().end() && found->second == "gzip";
}

using StreamHandler = std::function<Task<absl::Status>(RpcContext&, MessageStream&)>;

// As UnaryCall: the coroutine's completion calls Finish exactly once. A write in flight keeps the
// reactor alive.
template <class Message>
class StreamCall final : public grpc::ServerWriteReactor<Message>, private MessageStream {
 public:
  StreamCall(const RpcEnvironment& environment, const RpcMethod& method,
             grpc::CallbackServerContext* server_context, StreamHandler handler,
             AdmittedRpc admitted)
      : rpc_(environment, method, *server_context, std::move(admitted),
             upstream::Priority::kExport),
        handler_(std::move(handler)) {
    if (AsksForGzip(*server_context)) server_context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
  }

  void Start() {
    rpc_.environment().loop.Post([this] { Run(); });
  }

  // gRPC threads.
  void OnCancel() override { rpc_.Cancel(); }
  void OnWriteDone(bool ok) override {
    rpc_.environment().loop.Post([writing = writing_, ok] {
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
    runtime::SteadyTimer stall;
    bool ok = false;
    bool stalled = false;
  };

  const google::protobuf::Message& prototype() const override {
    return Message::default_instance();
  }
  Task<absl::Status> Write(const google::protobuf::Message& any) override {
    const auto& message = static_cast<const Message&>(any);
    const RpcEnvironment& environment = rpc_.environment();
    auto writing = std::make_shared<Writing>(environment.loop.executor());
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
    co_await runtime::RunHeavy(environment.pool, HoldsManyRecords(message), std::move(start));
    CO_RETURN_IF_ERROR(fits);
    writing->stall.expires_after(environment.limits.stalled_reader);
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
    ++rpc_.context().messages_sent;
    co_return absl::OkStatus();
  }

  Task<absl::Status> Handle() {
    MessageStream& stream = *this;
    const absl::Status status = co_await handler_(rpc_.context(), stream);
    if (!upstream::IsValidated(status)) co_return status;
    Message validated;
    Describe(rpc_.context(), validated);
    co_return co_await Write(validated);
  }
  void Run() {
    rpc_.Started();
    if (rpc_.EndsByDrain()) return End(Drained());
    rpc_.Run(Handle(), [this](const absl::Status& status) { End(status); });
  }
  // The last step: gRPC may delete the reactor at once.
  void End(const absl::Status& status) { this->Finish(rpc_.Finish(status)); }

  ActiveRpc rpc_;
  const StreamHandler handler_;
  std::shared_ptr<Writing> writing_;
};

// Ends a stream that is not admitted.
template <class Message>
class RejectedStreamCall final : public grpc::ServerWriteReactor<Message> {
 public:
  explicit RejectedStreamCall(const grpc::Status& status) { this->Finish(status); }
  void OnDone() override { delete this; }
  bool InternalInlineable() override { return true; }
};

// Serves a stream on the loop by `handler`, a function of its context, request and stream. An RPC
// that is not admitted (AdmitRpc) ends at once.
template <class Message, class Request, class Handler>
grpc::ServerWriteReactor<Message>* StartServerStream(const RpcEnvironment& environment,
                                                     grpc::CallbackServerContext* server_context,
                                                     const Request* request, Handler handler) {
  const RpcMethod& method = MethodOf<Request>();
  absl::StatusOr<AdmittedRpc> admitted = AdmitRpc(environment, LoadShedding::kOn, *server_context,
                                                  *request, upstream::Priority::kExport);
  if (!admitted.ok()) {
    return new RejectedStreamCall<Message>(
        RejectRpc(environment, method, *server_context, admitted.status()));
  }
  StreamHandler serve = [=, handler = std::move(handler)](RpcContext& context,
                                                          MessageStream& stream) {
    return handler(context, *request, stream);
  };
  auto* call = new StreamCall<Message>(environment, method, server_context, std::move(serve),
                                       *std::move(admitted));
  call->Start();
  return call;
}

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_STREAM_CALL_H_

// The reactor of a unary RPC.
#include "rpc/server/unary_call.h"

#include <utility>

#include "rpc/server/rpc_context.h"
#include "upstream/call/upstream_client.h"

namespace falcon::rpc {
namespace {

// What a finished call still holds besides its response.
constexpr int64_t kFinishedBytes = 16 << 10;

// gRPC owns it until OnDone. The coroutine's completion calls Finish exactly once, also after a
// cancellation; so OnDone cannot come before the coroutine's end, and request and response outlive
// it.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(const RpcEnvironment& environment, const UnaryRpc& rpc, UnaryHandler handler,
            AdmittedRpc admitted)
      : rpc_(environment, rpc.method, *rpc.context, std::move(admitted), rpc.priority),
        response_(*rpc.response),
        handler_(std::move(handler)) {}

  // gRPC thread: posts, and returns.
  void Start() {
    rpc_.environment().loop.Post([this] {
      rpc_.Started();
      if (rpc_.EndsByDrain()) return End(Drained());
      rpc_.Run(HandleAndFit(), [this](const absl::Status& status) { End(status); });
    });
  }

  void OnCancel() override { rpc_.Cancel(); }
  void OnDone() override { delete this; }
  // The reactions above post or delete, no more: gRPC need not hand them to its executor first.
  bool InternalInlineable() override { return true; }

 private:
  Task<absl::Status> HandleAndFit() {
    absl::Status status = co_await handler_(rpc_.context());
    if (upstream::IsValidated(status)) {
      response_.Clear();
      status = absl::OkStatus();
    }
    if (!status.ok()) co_return status;
    Describe(rpc_.context(), response_);
    runtime::CpuPool* pool = rpc_.environment().pool;
    heavy_ = pool != nullptr && HoldsManyRecords(response_);
    std::function<void()> fit = [&] {
      status = FitResponse(response_);
      bytes_ = static_cast<int64_t>(response_.ByteSizeLong());
    };
    co_await runtime::RunHeavy(pool, heavy_, std::move(fit));
    co_return status;
  }
  // The last step: gRPC may delete the reactor at once.
  void End(const absl::Status& status) {
    // The response and its serialized form, until the client has taken it.
    rpc_.permit().ShrinkTo(kFinishedBytes + 3 * bytes_);
    grpc::Status end = rpc_.Finish(status);
    if (!heavy_) return Finish(std::move(end));
    // Finish serialises.
    rpc_.environment().pool->Post([this, end = std::move(end)] { Finish(end); });
  }

  ActiveRpc rpc_;
  google::protobuf::Message& response_;
  const UnaryHandler handler_;
  bool heavy_ = false;  // the pool serialises the response
  int64_t bytes_ = 0;   // of the response
};

}  // namespace

grpc::ServerUnaryReactor* StartUnary(const RpcEnvironment& environment, const UnaryRpc& rpc,
                                     UnaryHandler handler, LoadShedding load_shedding) {
  absl::StatusOr<AdmittedRpc> admitted =
      AdmitRpc(environment, load_shedding, *rpc.context, *rpc.request, rpc.priority);
  if (!admitted.ok()) {
    grpc::ServerUnaryReactor* rejected = rpc.context->DefaultReactor();
    rejected->Finish(RejectRpc(environment, rpc.method, *rpc.context, admitted.status()));
    return rejected;
  }
  auto* call = new UnaryCall(environment, rpc, std::move(handler), *std::move(admitted));
  call->Start();
  return call;
}

}  // namespace falcon::rpc

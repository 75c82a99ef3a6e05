// RpcEnvironment: what every adapter between gRPC and the loop needs, and how a call enters.
#ifndef FALCON_RPC_SERVER_RPC_ENVIRONMENT_H_
#define FALCON_RPC_SERVER_RPC_ENVIRONMENT_H_

#include <grpcpp/server_context.h>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "google/protobuf/message.h"
#include "rpc/server/call_limiter.h"
#include "rpc/server/connection_table.h"
#include "rpc/server/reset_limiter.h"
#include "rpc/server/rpc_context.h"
#include "runtime/cpu_pool.h"
#include "runtime/loop.h"
#include "runtime/memory_load_shedder.h"

namespace falcon::rpc {

class Drain;

// Told of every RPC, on the loop; of one that is refused before the loop sees it, on any thread.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void Started(std::string_view method) = 0;
  virtual void Finished(std::string_view method, const absl::Status& status, milliseconds took,
                        const RpcContext& call) = 0;
  virtual void Refused(std::string_view /*method*/, const absl::Status& /*status*/) {}
};

// References outlive all calls.
struct RpcEnvironment {
  runtime::Loop& loop;
  const Clock& clock;
  CallObserver& observer;
  CallLimits limits;
  // Each may be null: nothing is refused or ended for its reason then.
  runtime::MemoryLoadShedder* memory = nullptr;
  CallLimiter* limiter = nullptr;
  ResetLimiter* resets = nullptr;
  Drain* drain = nullptr;
  ConnectionTable* connections = nullptr;
  runtime::CpuPool* pool = nullptr;  // serialises big answers; null: the loop does
};

// Who may enter: calls that cost memory, or those that tell about the gateway itself.
enum class LoadShedding { kOn, kExempt };

// What a call holds from its beginning until it is done.
struct AdmittedRpc {
  std::string caller;
  CallLimiter::Permit permit;
  v1::RecordView view = v1::RECORD_VIEW_UNSPECIFIED;  // that it asks for
  bool validate_only = false;
};

// Whether a call may begin: within the bounds of its request, those of its caller and those of the
// gateway, and while there is memory. gRPC's thread: the loop knows nothing of a refused call.
absl::StatusOr<AdmittedRpc> AdmitRpc(const RpcEnvironment& environment, LoadShedding load_shedding,
                                     const grpc::CallbackServerContext& context,
                                     const google::protobuf::Message& request,
                                     upstream::Priority priority);

// Tells the observer of a call that may not begin; the status to finish with. gRPC's thread.
grpc::Status RejectRpc(const RpcEnvironment& environment, std::string_view method,
                       grpc::CallbackServerContext& context, const absl::Status& status);

// Counts a call that its client gave up at once. Any thread.
void CountReset(const RpcEnvironment& environment, const grpc::CallbackServerContext& context,
                SteadyTime started, Deadline deadline);

// The client's deadline, less a margin for the answer's way back; bounded by `longest`; `usual`
// where it sets none.
Deadline CallDeadline(const grpc::CallbackServerContext& context, const Clock& clock, seconds usual,
                      seconds longest);

// Tells the observer how a call ended, and the client by trailing metadata what it cost
// (`falcon-upstream-calls`), how old it is (`falcon-cache-age`, in seconds, where something kept
// was used), Falcon's trace id (`falcon-trace-id`), and when to come back; the status to finish
// with.
grpc::Status FinishCall(const RpcEnvironment& environment, std::string_view method,
                        grpc::CallbackServerContext& context, const absl::Status& status,
                        SteadyTime started, const RpcContext& call);

// Describes into `answer`, which is empty otherwise, a request that was only validated.
void DescribeValidated(const RpcContext& call, google::protobuf::Message& answer);

// Cancels a task from outside: by the client's leaving, or because its time is up. Shared by the
// reactor and what it posts.
class Canceller {
 public:
  explicit Canceller(runtime::Loop& loop) : timer_(loop.executor()) {}

  boost::asio::cancellation_slot slot() { return signal_.slot(); }
  // Loop thread. After Finished, nothing happens any more.
  void Cancel();
  void CancelAt(SteadyTime at, const std::shared_ptr<Canceller>& self);
  void Finished();
  bool deadline_passed() const { return deadline_passed_; }

 private:
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    runtime::Executor>
      timer_;
  boost::asio::cancellation_signal signal_;
  bool finished_ = false;
  bool deadline_passed_ = false;
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_RPC_ENVIRONMENT_H_

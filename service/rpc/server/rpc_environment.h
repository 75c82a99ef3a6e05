// RpcEnvironment: what every RPC runs in; and ActiveRpc, what its reactor holds from admission to the
// final status.
#ifndef FALCON_RPC_SERVER_RPC_ENVIRONMENT_H_
#define FALCON_RPC_SERVER_RPC_ENVIRONMENT_H_

#include <grpcpp/server_context.h>

#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "google/protobuf/message.h"
#include "rpc/server/call_limiter.h"
#include "rpc/server/cancellation.h"
#include "rpc/server/connection_table.h"
#include "rpc/server/rpc_context.h"
#include "rpc/server/rpc_method.h"
#include "runtime/cpu_pool.h"
#include "runtime/loop.h"
#include "runtime/memory.h"

namespace falcon::rpc {

// Told of every RPC, on the loop; of one that is rejected before the loop sees it, on any thread.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void Started(std::string_view method) = 0;
  virtual void Finished(std::string_view method, const absl::Status& status, milliseconds took,
                        const RpcContext& context) = 0;
  virtual void Refused(std::string_view /*method*/, const absl::Status& /*status*/) {}
};

// References outlive all calls.
struct RpcEnvironment {
  runtime::Loop& loop;
  const Clock& clock;
  CallObserver& observer;
  CallLimits limits;
  // Each may be null, and then does nothing.
  runtime::MemoryLoadShedder* memory = nullptr;
  CallLimiter* limiter = nullptr;
  ResetLimiter* resets = nullptr;
  Drain* drain = nullptr;
  ConnectionTable* connections = nullptr;
  runtime::CpuPool* pool = nullptr;  // serialises big responses; null: the loop does
};

// Whether a method is rejected under load. Methods that report on the gateway itself are exempt.
enum class LoadShedding { kOn, kExempt };

// Names a client without a certificate: "metadata:NAME@ADDRESS", or "peer:ADDRESS" where `name`,
// its metadata `falcon-caller`, is empty. `peer`: as gRPC names it, such as "ipv4:192.0.2.1:54321".
std::string UnverifiedIdentity(std::string_view name, std::string_view peer);

// An RPC that may run, and what it holds until it is done.
struct AdmittedRpc {
  // Its client, for a fair share of Falcon's budget: "certificate:NAME" by its certificate, else
  // its UnverifiedIdentity. A client cannot pose as one with a certificate, or at another address.
  std::string caller;
  CallLimiter::Permit permit;
  v1::RecordView view = v1::RECORD_VIEW_UNSPECIFIED;  // that it asks for
  bool validate_only = false;
  std::optional<milliseconds> max_staleness = std::nullopt;  // unset: the method's default
};

// Admits an RPC that is within the bounds of its request, of its caller and of the gateway, while
// there is memory. gRPC's thread: the loop never hears of a rejected RPC.
absl::StatusOr<AdmittedRpc> AdmitRpc(const RpcEnvironment& environment, LoadShedding load_shedding,
                                     const grpc::CallbackServerContext& server_context,
                                     const google::protobuf::Message& request,
                                     upstream::Priority priority);

// Tells the observer of an RPC that was not admitted. Returns the status to finish it with. gRPC's
// thread.
grpc::Status RejectRpc(const RpcEnvironment& environment, const RpcMethod& method,
                       grpc::CallbackServerContext& server_context, const absl::Status& status);

// The state of one admitted RPC, owned by its reactor.
class ActiveRpc {
 public:
  ActiveRpc(const RpcEnvironment& environment, const RpcMethod& method,
            grpc::CallbackServerContext& server_context, AdmittedRpc admitted,
            upstream::Priority priority);

  RpcContext& context() { return context_; }
  CallLimiter::Permit& permit() { return permit_; }
  const RpcEnvironment& environment() const { return environment_; }
  // Whether it is an export and the gateway stops. From now on a drain cancels an export. Loop
  // thread, after Started.
  bool EndsByDrain();

  // Runs `task` until its deadline or a cancellation, then hands its status to `finished`. Loop
  // thread.
  void Run(Task<absl::Status> task, std::function<void(const absl::Status&)> finished);
  // The observer hears of the start. Loop thread, before Run.
  void Started() { environment_.observer.Started(method_.name); }
  // The client has cancelled. Any thread, before the reactor's OnDone.
  void Cancel();

  // Tells the observer how the RPC ended, and the client in trailing metadata: `falcon-upstream-calls`
  // (its cost), `falcon-cache-age` (seconds, where a cached response was used), `falcon-trace-id` and
  // when to retry. Returns the status to finish with. Loop thread, last.
  grpc::Status Finish(const absl::Status& status);

 private:
  const RpcEnvironment& environment_;
  const RpcMethod& method_;
  CallLimiter::Permit permit_;
  grpc::CallbackServerContext& server_context_;
  const SteadyTime started_;
  RpcContext context_;
  const Deadline deadline_ = context_.options.deadline;  // for gRPC's threads
  std::shared_ptr<Canceller> canceller_ = std::make_shared<Canceller>(environment_.loop);
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_RPC_ENVIRONMENT_H_

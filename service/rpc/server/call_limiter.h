// CallLimiter: how many calls, exports and bytes may be in flight, of one caller and in all.
//
// Called on gRPC's thread before a call is posted to the loop or allocates anything. A permit holds
// its share until the call is done, which for gRPC is when the client has read the response: unread
// responses count as well.
//
//   calls    reactors, unary and streaming
//   exports  server streams
//   bytes    the request, and the expected size of its response
//
// Thread: any. Outlives its permits.
#ifndef FALCON_RPC_SERVER_CALL_LIMITER_H_
#define FALCON_RPC_SERVER_CALL_LIMITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "rpc/server/request_bounds.h"
#include "telemetry/metrics.h"
#include "upstream/call/call_options.h"

namespace falcon::rpc {

// Of all callers together. One caller may hold three quarters of each.
struct CallBounds {
  int64_t calls = 0;
  int64_t exports = 0;
  int64_t bytes = 0;
};

// For a process that may use `memory_limit` bytes; 0: no limit.
CallBounds CallBoundsFor(size_t memory_limit);

// The memory that a call is expected to occupy at most, from its request to its response.
int64_t ExpectedBytes(const RequestSize& request, upstream::Priority priority);

class CallLimiter {
 public:
  CallLimiter(CallBounds bounds, telemetry::Metrics& metrics);
  CallLimiter(const CallLimiter&) = delete;
  CallLimiter& operator=(const CallLimiter&) = delete;

  // What an admitted call holds. Moved-from and default ones hold nothing.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept { *this = std::move(other); }
    Permit& operator=(Permit&& other) noexcept;
    ~Permit();

    // Releases what the call turned out not to need.
    void ShrinkTo(int64_t bytes);

   private:
    friend class CallLimiter;
    CallLimiter* limiter_ = nullptr;
    std::string caller_;
    upstream::Priority priority_ = upstream::Priority::kInteractive;
    int64_t bytes_ = 0;
  };

  // RESOURCE_EXHAUSTED with the bound as its reason (CALL_LIMIT, EXPORT_LIMIT, BYTE_LIMIT), the metadata
  // `scope` ("caller" or "gateway") and retry-after.
  absl::StatusOr<Permit> Acquire(const std::string& caller, upstream::Priority priority,
                                 int64_t bytes);

  // Held by all callers.
  CallBounds in_use() const;

 private:
  enum Bound : size_t { kCalls, kExports, kBytes, kBounds };
  using Amounts = std::array<int64_t, kBounds>;

  absl::Status Refuse(Bound bound, bool of_caller) const;
  void Release(const std::string& caller, const Amounts& amounts);

  const Amounts limits_;
  const Amounts caller_limits_;
  const telemetry::CounterFamily capped_;
  mutable absl::Mutex mutex_;
  Amounts in_use_ ABSL_GUARDED_BY(mutex_) = {};
  // Only callers that hold something.
  std::unordered_map<std::string, Amounts> of_callers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_CALL_LIMITER_H_

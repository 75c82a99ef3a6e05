// Call: what a handler knows of the RPC that it answers.
#ifndef FALCON_RPC_CALL_H_
#define FALCON_RPC_CALL_H_

#include "base/time.h"
#include "falcon/reading.h"
#include "falcon/v1/types.pb.h"
#include "json/decoder.h"

namespace falcon::rpc {

// How long calls may take.
struct CallLimits {
  seconds unary_default{30};  // where the client sets no deadline
  seconds unary_max{300};
  seconds stream_default{15 * 60};
  seconds stream_max{6 * 3600};
  seconds stalled_reader{300};  // a stream whose reader takes nothing for so long is ABORTED
};

// Owned by the reactor; lives until the RPC is done. Loop thread only.
struct Call {
  Call(Deadline deadline, Priority priority) : reading(deadline, priority) {}

  // A stream's next message tells of its own costs only.
  void BeginNextMessage();

  // Of all messages together.
  int upstream_calls() const { return earlier_calls + reading.upstream_calls; }

  Reading reading;
  int earlier_calls = 0;  // that messages before this one cost
  json::DecodeReport report;
};

// Says in `info` how the answer was served.
void Describe(const Call& call, v1::ReadInfo* info);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_CALL_H_

// ReadContext: what look-ups and pages are read with.
#ifndef FALCON_UPSTREAM_CALL_READ_CONTEXT_H_
#define FALCON_UPSTREAM_CALL_READ_CONTEXT_H_

#include "base/time.h"
#include "runtime/cpu_pool.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// Of one RPC. References outlive the read.
struct ReadContext {
  UpstreamClient& client;
  const CallOptions& options;
  CallStats& stats;
  const Clock& clock;
  runtime::CpuPool* pool = nullptr;  // decodes many records; null: the loop does
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_READ_CONTEXT_H_

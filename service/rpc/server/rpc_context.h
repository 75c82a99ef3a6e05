// RpcContext: what a handler knows of the RPC that it answers.
#ifndef FALCON_RPC_SERVER_RPC_CONTEXT_H_
#define FALCON_RPC_SERVER_RPC_CONTEXT_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "json/decoder.h"
#include "upstream/call/call_options.h"
#include "upstream/call/call_stats.h"

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
struct RpcContext {
  RpcContext(Deadline deadline, upstream::Priority priority) : options(deadline, priority) {}

  // A stream's next message tells of its own costs and age only.
  void BeginNextMessage();

  // Of all messages together.
  int upstream_calls() const { return earlier_calls + stats.upstream_calls; }
  milliseconds age() const { return std::max(earlier_age, stats.age); }
  int64_t skipped() const {
    return earlier_skipped + report.skipped_values + report.skipped_records;
  }

  upstream::CallOptions options;
  upstream::CallStats stats;    // of this message
  int earlier_calls = 0;        // that messages before this one cost
  milliseconds earlier_age{0};  // of the oldest kept answer that they were made of
  int64_t earlier_skipped = 0;  // values and records of theirs that did not fit
  int64_t messages_sent = 0;    // of a stream
  json::DecodeReport report;
  // What the request asks for, as read_info tells it.
  v1::RecordView view = v1::RECORD_VIEW_UNSPECIFIED;
  std::string effective_filter;
  std::optional<v1::TimeRange> interval;
};

// Says in `info` how the answer was served.
void Describe(const RpcContext& call, v1::ReadInfo* info);
// The notes alone.
void AddNotes(const RpcContext& call, v1::ReadInfo* info);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_RPC_CONTEXT_H_

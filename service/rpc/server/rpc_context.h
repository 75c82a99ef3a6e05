// RpcContext: what a handler knows of its RPC, and what the response tells of it.
#ifndef FALCON_RPC_SERVER_RPC_CONTEXT_H_
#define FALCON_RPC_SERVER_RPC_CONTEXT_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "upstream/call/upstream_client.h"

namespace falcon::rpc {

// How long calls may take.
struct CallLimits {
  seconds unary_default{30};  // where the client sets no deadline
  seconds unary_max{300};
  seconds stream_default{15 * 60};
  seconds stream_max{6 * 3600};
  seconds stalled_reader{300};  // a stream whose reader takes nothing for so long is ABORTED
};

// Owned by the reactor; lives until the RPC is done. One thread at a time.
struct RpcContext {
  RpcContext(Deadline deadline, upstream::Priority priority) : options(deadline, priority) {}

  // The next message of a stream reports its own cost and age only.
  void BeginNextMessage();

  // Over all messages.
  int upstream_calls() const { return earlier_calls + stats.upstream_calls; }
  milliseconds age() const { return std::max(earlier_age, stats.age); }
  int64_t skipped() const {
    return earlier_skipped + report.skipped_values + report.skipped_records;
  }

  upstream::CallOptions options;
  upstream::CallStats stats;    // of this message
  int earlier_calls = 0;        // of earlier messages
  milliseconds earlier_age{0};  // of the oldest cached response in them
  int64_t earlier_skipped = 0;  // values and records in them
  int64_t messages_sent = 0;    // of a stream
  json::DecodeReport report;
  // What the request asks for, for `read_info`.
  v1::RecordView view = v1::RECORD_VIEW_UNSPECIFIED;
  std::string effective_filter;
  std::optional<v1::TimeRange> interval;
};

// Describes in the `read_info` of `response`, where it has one, how the response was made.
void Describe(const RpcContext& context, google::protobuf::Message& response);

// Cuts the largest texts of `response` if it exceeds kMaxAnswerBytes, with a note in
// `read_info.notes`. RESOURCE_EXHAUSTED (ANSWER_TOO_LARGE) where that is not enough. Pages and
// look-ups are divided before: this is for responses that cannot be.
absl::Status FitResponse(google::protobuf::Message& response);

// Whether serialising `response` would block the loop.
bool HoldsManyRecords(const google::protobuf::Message& response);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVER_RPC_CONTEXT_H_

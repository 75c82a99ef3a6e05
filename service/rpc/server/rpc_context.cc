// From a call's traces to its ReadInfo.
#include "rpc/server/rpc_context.h"

#include "base/text.h"
#include "google/protobuf/util/time_util.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxFilterBytes = 8 << 10;

}  // namespace

void RpcContext::BeginNextMessage() {
  earlier_calls += stats.upstream_calls;
  stats.upstream_calls = 0;
  earlier_age = age();
  earlier_skipped = skipped();
  stats.age = milliseconds(0);
  stats.errors.clear();
  stats.notes.clear();
  report = {};
  effective_filter.clear();
  interval.reset();
}

void Describe(const RpcContext& call, v1::ReadInfo* info) {
  if (call.stats.age > milliseconds(0)) {
    *info->mutable_age() =
        google::protobuf::util::TimeUtil::MillisecondsToDuration(call.stats.age.count());
  }
  info->set_upstream_calls(call.stats.upstream_calls);
  info->set_trace_id(EscapeUnsafe(call.stats.trace_id, 64));
  info->set_skipped_values(call.report.skipped_values + call.report.skipped_records);
  for (const auto& [name, field] : call.report.fields) {
    v1::SkippedField* out = info->add_skipped_fields();
    out->set_field(EscapeUnsafe(name, 256));
    out->set_count(field.count);
    out->set_example(field.example);
  }
  info->set_partial(!call.stats.errors.empty());
  for (const json::ApiError& error : call.stats.errors) {
    v1::PartialError* out = info->add_errors();
    out->set_code(error.code);
    out->set_message(EscapeUnsafe(error.message, 256));
    out->set_id(EscapeUnsafe(error.id, 256));
  }
  AddNotes(call, info);
  for (const std::string& id : call.stats.deferred_ids) info->add_deferred_ids(id);
  info->set_view(call.view);
  info->set_effective_filter(EscapeUnsafe(call.effective_filter, kMaxFilterBytes));
  if (call.interval.has_value()) *info->mutable_interval() = *call.interval;
}

void AddNotes(const RpcContext& call, v1::ReadInfo* info) {
  for (const upstream::Note& note : call.stats.notes) {
    v1::Note* out = info->add_notes();
    out->set_reason(note.reason);
    out->set_message(EscapeUnsafe(note.message, 512));
    out->set_field(EscapeUnsafe(note.field, 256));
    out->set_id(EscapeUnsafe(note.id, 256));
  }
}

}  // namespace falcon::rpc

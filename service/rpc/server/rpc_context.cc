// From an RPC's traces to `read_info`, and responses cut to what clients accept.
#include "rpc/server/rpc_context.h"

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/server/field_access.h"
#include "runtime/cpu_pool.h"
#include "upstream/lookup/record_fields.h"

namespace falcon::rpc {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxFilterBytes = 8 << 10;
constexpr size_t kRoomForNotes = size_t{96} << 10;

// Null: `response` has none.
v1::ReadInfo* ReadInfoOf(Message& response) {
  const bool has = response.GetDescriptor()->FindFieldByName("read_info") != nullptr;
  return has ? MutableMessage<v1::ReadInfo>(response, "read_info") : nullptr;
}

void AddNotes(const upstream::CallStats& stats, v1::ReadInfo* info) {
  for (const upstream::Note& note : stats.notes) {
    v1::Note* out = info->add_notes();
    out->set_reason(note.reason);
    out->set_message(EscapeUnsafe(note.message, 512));
    out->set_field(EscapeUnsafe(note.field, 256));
    out->set_id(EscapeUnsafe(note.id, 256));
  }
}

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

void Describe(const RpcContext& context, Message& response) {
  const upstream::CallStats& stats = context.stats;
  v1::ReadInfo* info = ReadInfoOf(response);
  if (info == nullptr) return;
  if (stats.age > milliseconds(0)) {
    *info->mutable_age() =
        google::protobuf::util::TimeUtil::MillisecondsToDuration(stats.age.count());
  }
  info->set_upstream_calls(stats.upstream_calls);
  info->set_trace_id(EscapeUnsafe(stats.trace_id, 64));
  info->set_skipped_values(context.report.skipped_values + context.report.skipped_records);
  for (const auto& [name, field] : context.report.fields) {
    v1::SkippedField* out = info->add_skipped_fields();
    out->set_field(EscapeUnsafe(name, 256));
    out->set_count(field.count);
    out->set_example(field.example);
  }
  info->set_partial(!stats.errors.empty());
  for (const json::ApiError& error : stats.errors) {
    v1::PartialError* out = info->add_errors();
    out->set_code(error.code);
    out->set_message(EscapeUnsafe(error.message, 256));
    out->set_id(EscapeUnsafe(error.id, 256));
  }
  AddNotes(stats, info);
  for (const std::string& id : stats.deferred_ids) info->add_deferred_ids(id);
  info->set_view(context.view);
  info->set_effective_filter(EscapeUnsafe(context.effective_filter, kMaxFilterBytes));
  if (context.interval.has_value()) *info->mutable_interval() = *context.interval;
}

absl::Status FitResponse(Message& response) {
  if (response.ByteSizeLong() <= upstream::kMaxAnswerBytes) return absl::OkStatus();
  upstream::CallStats cuts;
  upstream::FitTexts(response, upstream::kMaxAnswerBytes - kRoomForNotes, "", cuts);
  if (v1::ReadInfo* info = ReadInfoOf(response); info != nullptr) AddNotes(cuts, info);
  const size_t bytes = response.ByteSizeLong();
  if (bytes <= upstream::kMaxAnswerBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted, "ANSWER_TOO_LARGE",
               StrCat("the answer has ", bytes, " bytes, and clients take ",
                      upstream::kMaxAnswerBytes, "; ask for less at a time"));
}

bool HoldsManyRecords(const Message& response) {
  const auto& descriptor = *response.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const auto* field = descriptor.field(i);
    if (!field->is_repeated() || field->message_type() == nullptr) continue;
    if (response.GetReflection()->FieldSize(response, field) >= runtime::kManyRecords) return true;
  }
  return false;
}

}  // namespace falcon::rpc

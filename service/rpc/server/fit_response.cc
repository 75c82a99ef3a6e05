// Texts cut, notes added.
#include "rpc/server/fit_response.h"

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "rpc/server/field_access.h"
#include "rpc/server/rpc_context.h"
#include "runtime/cpu_pool.h"
#include "upstream/lookup/fit_texts.h"

namespace falcon::rpc {
namespace {

// For the notes.
constexpr size_t kRoomForNotes = size_t{96} << 10;

}  // namespace

absl::Status FitResponse(google::protobuf::Message& answer) {
  if (answer.ByteSizeLong() <= upstream::kMaxAnswerBytes) return absl::OkStatus();
  RpcContext notes(Deadline(SteadyTime::max()), upstream::Priority::kInteractive);
  for (upstream::Note& note :
       upstream::FitTexts(answer, upstream::kMaxAnswerBytes - kRoomForNotes, "")) {
    notes.stats.AddNote(std::move(note));
  }
  if (answer.GetDescriptor()->FindFieldByName("read_info") != nullptr) {
    AddNotes(notes, MutableMessage<v1::ReadInfo>(answer, "read_info"));
  }
  const size_t bytes = answer.ByteSizeLong();
  if (bytes <= upstream::kMaxAnswerBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted, "ANSWER_TOO_LARGE",
               StrCat("the answer has ", bytes, " bytes, and clients take ",
                      upstream::kMaxAnswerBytes, "; ask for less at a time"));
}

bool HoldsManyRecords(const google::protobuf::Message& answer) {
  const auto& descriptor = *answer.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const auto* field = descriptor.field(i);
    if (!field->is_repeated() || field->message_type() == nullptr) continue;
    if (answer.GetReflection()->FieldSize(answer, field) >= runtime::kManyRecords) return true;
  }
  return false;
}

}  // namespace falcon::rpc

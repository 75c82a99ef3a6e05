// Texts cut, notes added.
#include "rpc/fit_answer.h"

#include "base/error.h"
#include "base/text.h"
#include "falcon/fit_texts.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "rpc/call.h"
#include "rpc/field_access.h"
#include "run/cpu_pool.h"

namespace falcon::rpc {
namespace {

// For the notes.
constexpr size_t kRoomForNotes = size_t{96} << 10;

}  // namespace

absl::Status FitAnswer(google::protobuf::Message& answer) {
  if (answer.ByteSizeLong() <= kMaxAnswerBytes) return absl::OkStatus();
  Call notes(Deadline(SteadyTime::max()), Priority::kInteractive);
  for (Note& note : FitTexts(answer, kMaxAnswerBytes - kRoomForNotes, "")) {
    notes.reading.AddNote(std::move(note));
  }
  if (answer.GetDescriptor()->FindFieldByName("read_info") != nullptr) {
    AddNotes(notes, MutableMessage<v1::ReadInfo>(answer, "read_info"));
  }
  const size_t bytes = answer.ByteSizeLong();
  if (bytes <= kMaxAnswerBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kResourceExhausted, "ANSWER_TOO_LARGE",
               Cat("the answer has ", bytes, " bytes, and clients take ", kMaxAnswerBytes,
                   "; ask for less at a time"));
}

bool HoldsManyRecords(const google::protobuf::Message& answer) {
  const auto& descriptor = *answer.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const auto* field = descriptor.field(i);
    if (!field->is_repeated() || field->message_type() == nullptr) continue;
    if (answer.GetReflection()->FieldSize(answer, field) >= run::kManyRecords) return true;
  }
  return false;
}

}  // namespace falcon::rpc

// Notes beside records.
#include "cli/notes.h"

#include "messages.h"
#include "terminal_text.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A screen of ids is enough: JSON has them all.
constexpr int kMost = 20;

std::string ErrorLines(const Message& message, const FieldDescriptor& field,
                       std::string_view word) {
  std::string out;
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < std::min(size, kMost); ++i) {
    const Message& error = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    const std::string id = TextField(error, "id");
    out.append(Cat(word, ": ", EscapeHostile(id), id.empty() ? "" : ": ",
                   EscapeHostile(TextField(error, "message")), " (",
                   NumberField(error, "code").value_or(0), ")\n"));
  }
  if (size > kMost) {
    out.append(Cat(word, ": and ", size - kMost, " more; --output json has all.\n"));
  }
  return out;
}

std::string ReadNotes(const Message& info) {
  std::string out;
  if (TextField(info, "partial") == "true") out.append("partial: Falcon did not answer for all.\n");
  const FieldDescriptor* errors = info.GetDescriptor()->FindFieldByName("errors");
  if (errors != nullptr) out.append(ErrorLines(info, *errors, "partial"));
  const int64_t skipped = NumberField(info, "skipped_values").value_or(0);
  if (skipped > 0) {
    out.append(Cat("note: ", skipped, " values did not fit their fields and were left out.\n"));
  }
  return out;
}

}  // namespace

std::string NotesOf(const Method& method, const Message& answer) {
  std::string out;
  if (method.shape.missing != nullptr) {
    out.append(ErrorLines(answer, *method.shape.missing, "missing"));
  }
  const FieldDescriptor* info = method.shape.read_info;
  if (info != nullptr && answer.GetReflection()->HasField(answer, info)) {
    out.append(ReadNotes(answer.GetReflection()->GetMessage(answer, info)));
  }
  return out;
}

int MissingIn(const Method& method, const Message& answer) {
  if (method.shape.missing == nullptr) return 0;
  return answer.GetReflection()->FieldSize(answer, method.shape.missing);
}

}  // namespace falcon::client

// Takes answers apart.
#include "mcp/tools/answer_parts.h"

#include <algorithm>
#include <utility>

#include "mcp/tools/record_json.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Cat;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMostErrors = 5;
constexpr size_t kErrorBytes = 100;

void ReadErrors(const Message& info, ReadNotes& notes) {
  const FieldDescriptor* field = info.GetDescriptor()->FindFieldByName("errors");
  const int size = field == nullptr ? 0 : info.GetReflection()->FieldSize(info, field);
  if (size == 0) return;
  RecordCuts cuts;
  notes.errors = "[";
  for (int i = 0; i < std::min(size, kMostErrors); ++i) {
    const Message& error = client::MessageAt(info, *field, i);
    if (i > 0) notes.errors.push_back(',');
    AppendRecord(notes.errors, error, {.text_bytes = kErrorBytes, .list_items = 1}, cuts);
    notes.error_lines.append(Cat("Error ", client::NumberField(error, "code").value_or(0), ": ",
                                 UntrustedText(client::TextField(error, "message"), kErrorBytes),
                                 " ", UntrustedText(client::TextField(error, "id"), kErrorBytes),
                                 "\n"));
  }
  notes.errors.push_back(']');
  if (size > kMostErrors) {
    notes.sentences.push_back(Cat("Of ", size, " errors ", kMostErrors, " are shown."));
  }
}

ReadNotes NotesOf(const client::Method& method, const Message& answer) {
  ReadNotes notes;
  const FieldDescriptor* field = method.shape.read_info;
  if (field == nullptr || !answer.GetReflection()->HasField(answer, field)) return notes;
  const Message& info = client::MessageAt(answer, *field, -1);
  notes.partial = client::TextField(info, "partial") == "true";
  if (notes.partial) notes.sentences.push_back("Falcon did not answer for all that was asked.");
  ReadErrors(info, notes);
  const int64_t skipped = client::NumberField(info, "skipped_values").value_or(0);
  if (skipped > 0) {
    notes.sentences.push_back(
        Cat(skipped, skipped == 1 ? " value" : " values", " could not be read and are missing."));
  }
  return notes;
}

}  // namespace

const FieldDescriptor* RecordsField(const client::Method& method) {
  if (method.shape.records != nullptr) return method.shape.records;
  const google::protobuf::Descriptor& answer = *method.descriptor->output_type();
  const bool list = answer.field_count() > 0 && answer.field(0)->is_repeated() &&
                    answer.field(0)->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return list ? answer.field(0) : nullptr;
}

bool Pages(const client::Method& method) {
  const FieldDescriptor* records = RecordsField(method);
  return method.shape.page_token != nullptr && method.shape.next_page_token != nullptr &&
         records != nullptr && records->is_repeated();
}

bool AnswerParts::has_rest() const {
  std::vector<const FieldDescriptor*> fields;
  rest->GetReflection()->ListFields(*rest, &fields);
  return !fields.empty();
}

void AddNotes(JsonObject& object, bool truncated, const ReadNotes& notes, std::string_view note) {
  object.AddBool("truncated", truncated);
  if (notes.partial) object.AddBool("partial", true);
  if (!notes.errors.empty()) object.Add("errors", notes.errors);
  if (!note.empty()) object.AddText("note", note);
}

AnswerParts PartsOf(const client::Method& method, std::unique_ptr<Message> answer) {
  AnswerParts parts;
  const google::protobuf::Reflection& reflection = *answer->GetReflection();
  parts.notes = NotesOf(method, *answer);
  parts.records.reset(answer->New());
  if (const FieldDescriptor* records = RecordsField(method)) {
    reflection.SwapFields(answer.get(), parts.records.get(), {records});
  }
  if (method.shape.next_page_token != nullptr) {
    parts.next_page_token = reflection.GetString(*answer, method.shape.next_page_token);
    reflection.ClearField(answer.get(), method.shape.next_page_token);
  }
  if (method.shape.total_size != nullptr) {
    parts.total = client::NumberField(*answer, method.shape.total_size->name());
    reflection.ClearField(answer.get(), method.shape.total_size);
  }
  if (method.shape.read_info != nullptr) {
    reflection.ClearField(answer.get(), method.shape.read_info);
  }
  parts.rest = std::move(answer);
  return parts;
}

}  // namespace falcon::mcp

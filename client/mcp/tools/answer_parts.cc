// Takes answers apart.
#include "mcp/tools/answer_parts.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "mcp/tools/record_json.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMostErrors = 5;
constexpr size_t kErrorBytes = 100;
constexpr size_t kNoteBytes = 300;
constexpr size_t kFieldBytes = 100;
constexpr int kMaxFieldsNamed = 5;

int SizeOf(const Message& info, const FieldDescriptor* field) {
  return field == nullptr ? 0 : info.GetReflection()->FieldSize(info, field);
}

// The first items of a list as JSON, each given to `each`. Empty: there are none.
std::string ListOf(const Message& info, const char* name, size_t text_bytes,
                   const std::function<void(const Message&)>& each) {
  const FieldDescriptor* field = info.GetDescriptor()->FindFieldByName(name);
  const int size = SizeOf(info, field);
  if (size == 0) return {};
  RecordCuts cuts;
  std::string list = "[";
  for (int i = 0; i < std::min(size, kMostErrors); ++i) {
    const Message& item = client::MessageAt(info, *field, i);
    if (i > 0) list.push_back(',');
    AppendRecord(list, item, {.text_bytes = text_bytes, .list_items = 1}, cuts);
    each(item);
  }
  return list + "]";
}

void ReadErrors(const Message& info, ReadNotes& notes) {
  notes.errors = ListOf(info, "errors", kErrorBytes, [&notes](const Message& error) {
    notes.lines.append(StrCat("Error ", client::NumberField(error, "code").value_or(0), ": ",
                              UntrustedText(client::TextField(error, "message"), kErrorBytes), " ",
                              UntrustedText(client::TextField(error, "id"), kErrorBytes), "\n"));
  });
  const int size = SizeOf(info, info.GetDescriptor()->FindFieldByName("errors"));
  if (size > kMostErrors) {
    notes.sentences.push_back(StrCat("Of ", size, " errors ", kMostErrors, " are shown."));
  }
  notes.notes = ListOf(info, "notes", kNoteBytes, [&notes](const Message& note) {
    const std::string field = client::TextField(note, "field");
    notes.lines.append(StrCat("Note: ", UntrustedText(field, kFieldBytes),
                              field.empty() ? "" : ": ",
                              UntrustedText(client::TextField(note, "message"), kNoteBytes), "\n"));
  });
}

void ReadSkipped(const Message& info, ReadNotes& notes) {
  const int64_t skipped = client::NumberField(info, "skipped_values").value_or(0);
  if (skipped <= 0) return;
  const FieldDescriptor* fields = info.GetDescriptor()->FindFieldByName("skipped_fields");
  std::vector<std::string> names;
  for (int i = 0; i < std::min(SizeOf(info, fields), kMaxFieldsNamed); ++i) {
    const Message& field = client::MessageAt(info, *fields, i);
    names.push_back(UntrustedText(client::TextField(field, "field"), kFieldBytes));
  }
  if (SizeOf(info, fields) > kMaxFieldsNamed) names.emplace_back("others");
  notes.sentences.push_back(StrCat(
      skipped, skipped == 1 ? " value does" : " values do", " not fit: `additional_fields` has ",
      skipped == 1 ? "it" : "them", " as Falcon sent ", skipped == 1 ? "it" : "them",
      names.empty() ? "." : StrCat(" (", client::Join(names, ", "), ").")));
}

void ReadDeferred(const Message& info, ReadNotes& notes) {
  const FieldDescriptor* ids = info.GetDescriptor()->FindFieldByName("deferred_ids");
  const int size = SizeOf(info, ids);
  if (size == 0) return;
  std::vector<std::string> first;
  first.reserve(static_cast<size_t>(kMaxFieldsNamed) + 1);
  for (int i = 0; i < std::min(size, kMaxFieldsNamed); ++i) {
    first.push_back(UntrustedText(client::ScalarText(info, *ids, i), kFieldBytes));
  }
  if (size > kMaxFieldsNamed) first.emplace_back("...");
  notes.sentences.push_back(StrCat(size, size == 1 ? " record was" : " records were",
                                   " not read, since the answer would be too large; ask again for ",
                                   client::Join(first, ", "), "."));
}

ReadNotes NotesOf(const client::Method& method, const Message& answer) {
  ReadNotes notes;
  const FieldDescriptor* field = method.shape.read_info;
  if (field == nullptr || !answer.GetReflection()->HasField(answer, field)) return notes;
  const Message& info = client::MessageAt(answer, *field, -1);
  notes.partial = client::TextField(info, "partial") == "true";
  if (notes.partial) notes.sentences.push_back("Falcon did not answer for all that was asked.");
  ReadErrors(info, notes);
  ReadSkipped(info, notes);
  ReadDeferred(info, notes);
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
  if (!notes.notes.empty()) object.Add("notes", notes.notes);
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

#include "mcp/tools/answer.h"

#include <algorithm>

#include "mcp/tools/record_json.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Grouped;
using client::TextField;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Of errors, notes, fields and ids.
constexpr int kMaxListed = 5;
constexpr size_t kErrorBytes = 100;
constexpr size_t kNoteBytes = 300;
constexpr size_t kFieldBytes = 100;
constexpr size_t kFilterBytes = 240;
constexpr size_t kOrderBytes = 60;

int SizeOf(const Message& info, const FieldDescriptor* field) {
  return field == nullptr ? 0 : info.GetReflection()->FieldSize(info, field);
}

// The first items of a list; a line of each goes to `lines`.
template <class LineOf>
OrderedJson ListOf(const Message& info, const char* name, size_t text_bytes, std::string& lines,
                   LineOf line_of) {
  OrderedJson list;
  const FieldDescriptor* field = info.GetDescriptor()->FindFieldByName(name);
  for (int i = 0; i < std::min(SizeOf(info, field), kMaxListed); ++i) {
    const Message& item = client::MessageAt(info, *field, i);
    RecordCuts cuts;
    list.push_back(RecordJson(item, {.text_bytes = text_bytes, .list_items = 1}, cuts));
    lines.append(line_of(item) + "\n");
  }
  return list;
}

std::string ErrorLine(const Message& error) {
  return StrCat("Error ", client::NumberField(error, "code").value_or(0), ": ",
                UntrustedText(TextField(error, "message"), kErrorBytes), " ",
                UntrustedText(TextField(error, "id"), kErrorBytes));
}

std::string NoteLine(const Message& note) {
  const std::string field = TextField(note, "field");
  return StrCat("Note: ", UntrustedText(field, kFieldBytes), field.empty() ? "" : ": ",
                UntrustedText(TextField(note, "message"), kNoteBytes));
}

// The first values of a list, by commas; `rest` stands for those that are left out.
std::string FirstOf(const Message& info, const FieldDescriptor* field, const char* rest) {
  std::vector<std::string> first;
  first.reserve(size_t{kMaxListed} + 1);
  for (int i = 0; i < std::min(SizeOf(info, field), kMaxListed); ++i) {
    const std::string text = field->message_type() == nullptr
                                 ? client::ScalarText(info, *field, i)
                                 : TextField(client::MessageAt(info, *field, i), "field");
    first.push_back(UntrustedText(text, kFieldBytes));
  }
  if (SizeOf(info, field) > kMaxListed) first.emplace_back(rest);
  return client::Join(first, ", ");
}

void AddSentences(const Message& info, std::vector<std::string>& sentences) {
  const auto field = [&](const char* name) { return info.GetDescriptor()->FindFieldByName(name); };
  if (const int errors = SizeOf(info, field("errors")); errors > kMaxListed) {
    sentences.push_back(StrCat("Of ", errors, " errors ", kMaxListed, " are shown."));
  }
  if (const int64_t skipped = client::NumberField(info, "skipped_values").value_or(0)) {
    const std::string names = FirstOf(info, field("skipped_fields"), "others");
    const char* them = skipped == 1 ? "it" : "them";
    sentences.push_back(StrCat(skipped, skipped == 1 ? " value does" : " values do",
                               " not fit: `additional_fields` has ", them, " as Falcon sent ", them,
                               names.empty() ? "." : StrCat(" (", names, ").")));
  }
  if (const int deferred = SizeOf(info, field("deferred_ids"))) {
    sentences.push_back(StrCat(deferred, deferred == 1 ? " record was" : " records were",
                               " not read, since the answer would be too large; ask again for ",
                               FirstOf(info, field("deferred_ids"), "..."), "."));
  }
}

ReadNotes NotesOf(const client::Method& method, const Message& answer) {
  ReadNotes notes;
  const FieldDescriptor* field = method.shape.read_info;
  if (field == nullptr || !answer.GetReflection()->HasField(answer, field)) return notes;
  const Message& info = client::MessageAt(answer, *field, -1);
  notes.partial = TextField(info, "partial") == "true";
  if (notes.partial) notes.sentences.push_back("Falcon did not answer for all that was asked.");
  notes.errors = ListOf(info, "errors", kErrorBytes, notes.lines, ErrorLine);
  notes.notes = ListOf(info, "notes", kNoteBytes, notes.lines, NoteLine);
  AddSentences(info, notes.sentences);
  return notes;
}

bool IsAcronym(std::string_view word) {
  return word == "ioc" || word == "rtr" || word == "sla" || word == "id";
}

std::string RecordWords(const client::Method& method, bool plural) {
  std::vector<std::string> words = {"answer"};
  if (const FieldDescriptor* field = RecordsField(method)) {
    words = field->message_type() != nullptr ? client::Words(field->message_type()->name())
                                             : client::Split(client::FlagNameOf(*field), '-');
    if (field->message_type() == nullptr && words.back().ends_with('s')) words.back().pop_back();
  }
  const bool acronym = IsAcronym(words.back());
  for (std::string& word : words) {
    if (IsAcronym(word)) word = client::Upper(word);
  }
  if (plural) words.back() = acronym ? words.back() + "s" : client::Plural(words.back());
  return client::Join(words, " ");
}

std::string CountOf(int64_t count, const client::Method& method) {
  return StrCat(Grouped(count), " ", RecordWords(method, count != 1));
}

// "Lists hosts, by `device_id` unless `order_by` says otherwise." -> "by device_id".
std::string OrderWords(const client::Method& method, const Message& request) {
  const std::string asked = TextField(request, "order_by");
  if (!asked.empty()) return StrCat("by ", UntrustedText(asked, kOrderBytes));
  const std::string comment = client::FirstSentence(client::CommentOf(*method.descriptor));
  const size_t end = comment.find(" unless `order_by` says otherwise");
  const size_t start = end == std::string::npos ? end : comment.rfind(", ", end);
  if (start == std::string::npos) return {};
  std::string words = comment.substr(start + 2, end - start - 2);
  std::erase(words, '`');
  return words;
}

std::string NothingSentence(const client::Method& method, const std::string& filters,
                            const std::string& brackets, const SearchFacts& facts) {
  const std::string one = OneRecord(method);
  if (facts.more) return StrCat("No ", one, " on this page, but there are more pages.");
  if (facts.before > 0) return StrCat("No further ", ManyRecords(method), ": this is the end.");
  if (facts.partial) {
    return StrCat("Falcon answered only in part and no ", one,
                  " came: this does not mean that there is none.");
  }
  if (facts.total.value_or(0) > 0) {
    return StrCat("Falcon counts ", CountOf(*facts.total, method), brackets,
                  " but sent none that could be read.");
  }
  return filters.empty() ? StrCat("Falcon answered: there is no ", one, ".")
                         : StrCat("Falcon answered: no ", one, " matches ", filters, ".");
}

std::string FirstPageSentence(const client::Method& method, const std::string& brackets,
                              const SearchFacts& facts) {
  if (facts.total && *facts.total > facts.shown) {
    const std::string first =
        facts.shown == 1 ? "this is the first" : StrCat("these are the first ", facts.shown);
    return StrCat("Found ", CountOf(*facts.total, method), brackets, "; ",
                  facts.more ? first : StrCat("only so many came: ", facts.shown));
  }
  const bool counted = facts.total && *facts.total == facts.shown;
  if (facts.more && !counted) {
    return StrCat("Found more than ", CountOf(facts.shown, method), brackets,
                  facts.shown == 1 ? "; this is the first" : "; these are the first");
  }
  return StrCat("Found ", CountOf(facts.shown, method), brackets);
}

}  // namespace

size_t ReadNotes::bytes() const {
  size_t json = 0;
  for (const OrderedJson* list : {&errors, &notes}) {
    json += list->is_null() ? 0 : Text(*list).size();
  }
  return std::max(json, lines.size());
}

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

bool AnswerParts::has_rest() const { return !client::SetFields(*rest).empty(); }

void AddNotes(OrderedJson& object, bool truncated, const ReadNotes& notes, std::string_view note) {
  object["truncated"] = truncated;
  if (notes.partial) object["partial"] = true;
  if (!notes.errors.is_null()) object["errors"] = notes.errors;
  if (!notes.notes.is_null()) object["notes"] = notes.notes;
  if (!note.empty()) object["note"] = note;
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
  }
  if (method.shape.total_size != nullptr) {
    parts.total = client::NumberField(*answer, method.shape.total_size->name());
  }
  for (const FieldDescriptor* field :
       {method.shape.next_page_token, method.shape.total_size, method.shape.read_info}) {
    if (field != nullptr) reflection.ClearField(answer.get(), field);
  }
  parts.rest = std::move(answer);
  return parts;
}

std::string OneRecord(const client::Method& method) { return RecordWords(method, false); }
std::string ManyRecords(const client::Method& method) { return RecordWords(method, true); }

std::string FilterWords(const ToolRequest& request) {
  return UntrustedText(request.filters, kFilterBytes);
}

std::string SearchSentence(const client::Method& method, const ToolRequest& request,
                           const SearchFacts& facts) {
  const std::string filters = FilterWords(request);
  const std::string brackets = filters.empty() ? std::string() : StrCat(" (", filters, ")");
  if (facts.shown == 0) return NothingSentence(method, filters, brackets, facts);
  const std::string order = OrderWords(method, *request.request);
  const std::string tail = order.empty() ? "." : StrCat(", ", order, ".");
  if (facts.before == 0) return FirstPageSentence(method, brackets, facts) + tail;
  const int64_t last = facts.before + facts.shown;
  const bool counted = facts.total && *facts.total >= last;
  return StrCat("Numbers ", Grouped(facts.before + 1), " to ", Grouped(last),
                counted ? StrCat(" of ", CountOf(*facts.total, method))
                        : StrCat(" of the ", ManyRecords(method)),
                brackets, tail);
}

}  // namespace falcon::mcp

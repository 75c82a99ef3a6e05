// Notes beside records.
#include "cli/notes.h"

#include <algorithm>

#include "cli/environment.h"
#include "messages.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Two screens are enough.
constexpr size_t kMaxLines = 50;
constexpr size_t kMaxSkippedFields = 100;
constexpr int64_t kNotFound = 404;

std::vector<const Message*> MessagesIn(const Message& message, const char* name) {
  std::vector<const Message*> out;
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const int size = field == nullptr ? 0 : message.GetReflection()->FieldSize(message, field);
  out.reserve(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) out.push_back(&MessageAt(message, *field, i));
  return out;
}

std::string WithPlace(const Message& note, const std::vector<Flag>& flags) {
  std::string place;
  for (const std::string& part :
       {FlagFor(flags, TextField(note, "field")), TextField(note, "id")}) {
    if (!part.empty()) place.append(StrCat(EscapeUnsafe(part), ": "));
  }
  return place;
}

}  // namespace

const Message* ReadInfoOf(const Method& method, const Message& answer) {
  const FieldDescriptor* info = method.shape.read_info;
  if (info == nullptr || !answer.GetReflection()->HasField(answer, info)) return nullptr;
  return &answer.GetReflection()->GetMessage(answer, info);
}

void Notes::Line(const std::string& line) {
  if (told_.contains(line)) return;
  if (told_.size() >= kMaxLines) {
    ++untold_;
    return;
  }
  told_.insert(line);
  err_ << line << '\n';
}

void Notes::AddErrors(const Message& message, const FieldDescriptor& field, std::string_view word) {
  for (const Message* error : MessagesIn(message, field.name().c_str())) {
    const std::string id = TextField(*error, "id");
    Line(StrCat(word, ": ", EscapeUnsafe(id), id.empty() ? "" : ": ",
                EscapeUnsafe(TextField(*error, "message")), " (",
                NumberField(*error, "code").value_or(0), ")"));
  }
}

void Notes::Add(const Message& answer) {
  if (method_.shape.missing != nullptr) {
    for (const Message* missing : MessagesIn(answer, method_.shape.missing->name().c_str())) {
      missing_ = true;
      partial_ |= NumberField(*missing, "code").value_or(kNotFound) != kNotFound;
    }
    AddErrors(answer, *method_.shape.missing, "missing");
  }
  if (const Message* info = ReadInfoOf(method_, answer)) AddReadInfo(*info);
}

void Notes::AddReadInfo(const Message& info) {
  if (TextField(info, "partial") == "true") {
    partial_ = true;
    Line("partial: Falcon did not answer for every record.");
  }
  const FieldDescriptor* errors = info.GetDescriptor()->FindFieldByName("errors");
  if (errors != nullptr) AddErrors(info, *errors, "partial");
  for (const Message* note : MessagesIn(info, "notes")) {
    Line(StrCat("note: ", WithPlace(*note, flags_),
                EscapeUnsafe(InFlagTerms(flags_, TextField(*note, "message")))));
  }
  AddSkipped(info);
}

void Notes::AddSkipped(const Message& info) {
  int64_t left = NumberField(info, "skipped_values").value_or(0);
  for (const Message* one : MessagesIn(info, "skipped_fields")) {
    const std::string field = TextField(*one, "field");
    const int64_t count = NumberField(*one, "count").value_or(0);
    const bool known = skipped_.contains(field);
    if (!known && skipped_.size() >= kMaxSkippedFields) continue;
    Skipped& skipped = skipped_[field];
    skipped.count += count;
    if (!known) skipped.example = TextField(*one, "example");
    left -= count;
  }
  skipped_elsewhere_ += std::max<int64_t>(0, left);
}

void Notes::Finish() {
  if (untold_ > 0) err_ << "and " << untold_ << " more.\n";
  untold_ = 0;
  const auto tell = [this](std::string_view field, int64_t count, const std::string& example) {
    err_ << "note: " << EscapeUnsafe(field) << (field.empty() ? "" : ": ") << count
         << (count == 1 ? " value does" : " values do") << " not fit";
    if (!example.empty()) err_ << ", such as " << EscapeUnsafe(example);
    err_ << "; additional_fields has " << (count == 1 ? "it" : "them") << " as Falcon sent "
         << (count == 1 ? "it" : "them") << ".\n";
  };
  for (const auto& [field, skipped] : skipped_) tell(field, skipped.count, skipped.example);
  if (skipped_elsewhere_ > 0) tell("", skipped_elsewhere_, "");
  skipped_.clear();
  skipped_elsewhere_ = 0;
}

int Notes::code() const {
  if (partial_) return kExitFailed;
  return missing_ ? kExitNotFound : kExitOk;
}

std::vector<std::string> DeferredIds(const Method& method, const Message& answer) {
  const Message* info = ReadInfoOf(method, answer);
  const FieldDescriptor* field =
      info == nullptr ? nullptr : info->GetDescriptor()->FindFieldByName("deferred_ids");
  return field == nullptr ? std::vector<std::string>() : TextsOf(*info, *field);
}

}  // namespace falcon::client

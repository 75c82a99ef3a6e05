// Lays cards out.
#include "mcp/tools/record_card.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/tools/card_label.h"
#include "mcp/tools/card_value.h"
#include "mcp/tools/record_writer.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::MessageAt;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What a record is called, the most telling first.
constexpr std::array<std::string_view, 11> kNames = {
    "display_name",     "name",  "title", "account_name",   "hostname", "value", "indicator",
    "vulnerability_id", "label", "area",  "meaningful_name"};
constexpr std::string_view kIndent = "   ";
constexpr std::string_view kNoSign = "•";
constexpr std::string_view kPlainTitle = "🔹";

bool IsPlainMessage(const FieldDescriptor& field) {
  return field.message_type() != nullptr && !field.is_map() &&
         client::KindOf(*field.message_type()) == client::MessageKind::kOther;
}

const FieldDescriptor* SetField(const Message& record, std::string_view name) {
  const FieldDescriptor* field = record.GetDescriptor()->FindFieldByName(std::string(name));
  const bool set =
      field != nullptr && !field->is_repeated() && record.GetReflection()->HasField(record, field);
  return set ? field : nullptr;
}

// How grave a record is: a mark, and the word, the number or both behind it.
struct Grade {
  std::vector<const FieldDescriptor*> fields;
  std::string mark;
  std::string word;
};

Grade GradeIn(const Message& message) {
  Grade grade;
  for (const std::string_view name : {"severity", "severity_score"}) {
    const FieldDescriptor* field = SetField(message, name);
    if (field == nullptr || field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string text = CardValue(message, *field, -1);
    const size_t blank = text.find(' ');
    if (blank == std::string::npos) continue;
    if (grade.fields.empty()) grade.mark = text.substr(0, blank);
    grade.word.append(StrCat(grade.fields.empty() ? "" : ", ", text.substr(blank + 1)));
    grade.fields.push_back(field);
  }
  return grade;
}

// Its own, or that of what it is about, as a vulnerability's CVE.
Grade GradeOf(const Message& record) {
  Grade grade = GradeIn(record);
  for (const FieldDescriptor* field : ShownFields(record)) {
    if (!grade.fields.empty()) break;
    if (IsPlainMessage(*field) && !field->is_repeated()) {
      grade = GradeIn(MessageAt(record, *field, -1));
    }
  }
  return grade;
}

const FieldDescriptor* NameOf(const Message& record) {
  for (const std::string_view name : kNames) {
    const FieldDescriptor* field = SetField(record, name);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return field;
  }
  const FieldDescriptor* id = IdFieldOf(*record.GetDescriptor());
  return id == nullptr ? nullptr : SetField(record, id->name());
}

// The field that alone is set in each of the messages, and holds one value; null if there is none.
const FieldDescriptor* OnlyField(const Message& message, const FieldDescriptor& list) {
  const FieldDescriptor* only = nullptr;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &list); ++i) {
    const std::vector<const FieldDescriptor*> fields = ShownFields(MessageAt(message, list, i));
    if (fields.size() != 1 || (only != nullptr && fields[0] != only)) return nullptr;
    only = fields[0];
  }
  return only != nullptr && !only->is_repeated() && !IsPlainMessage(*only) ? only : nullptr;
}

class CardWriter {
 public:
  std::string Write(const Message& record) {
    WriteTitle(record);
    WriteFields(record);
    return std::move(out_);
  }

 private:
  void WriteTitle(const Message& record) {
    const Grade grade = GradeOf(record);
    const FieldDescriptor* name = NameOf(record);
    told_ = grade.fields;
    told_.push_back(name);
    std::string_view sign = grade.mark;
    if (sign.empty() && name != nullptr) sign = SignOf(*name);
    out_.append(sign.empty() ? kPlainTitle : sign);
    out_.push_back(' ');
    out_.append(name == nullptr ? client::Join(client::Words(record.GetDescriptor()->name()), " ")
                                : CardValue(record, *name, -1));
    if (!grade.word.empty()) out_.append(StrCat(" (", grade.word, ")"));
    out_.push_back('\n');
  }

  void WriteFields(const Message& message) {
    for (const FieldDescriptor* field : ShownFields(message)) {
      if (std::find(told_.begin(), told_.end(), field) != told_.end()) continue;
      path_.push_back(field);
      if (!IsPlainMessage(*field)) {
        Line(LabelOf(path_), *field, CardList(message, *field));
      } else if (field->is_repeated()) {
        WriteMessages(message, *field);
      } else {
        WriteFields(MessageAt(message, *field, -1));
      }
      path_.pop_back();
    }
  }

  // One line if they say one thing each, else a line each.
  void WriteMessages(const Message& message, const FieldDescriptor& list) {
    const auto size = static_cast<size_t>(message.GetReflection()->FieldSize(message, &list));
    const FieldDescriptor* only = OnlyField(message, list);
    std::vector<std::string> items;
    for (size_t i = 0; i < std::min(size, kMostCardItems); ++i) {
      const int index = static_cast<int>(i);
      items.push_back(only == nullptr ? CardValue(message, list, index)
                                      : CardValue(MessageAt(message, list, index), *only, -1));
    }
    if (only != nullptr) {
      path_.push_back(only);
      Line(LabelOf(path_), *only, JoinItems(items, size));
      path_.pop_back();
      return;
    }
    const std::string label = LabelOf(path_);
    for (size_t i = 0; i < items.size(); ++i) {
      Line(size > 1 ? StrCat(label, " ", i + 1, "/", size) : label, list, items[i]);
    }
    if (size > items.size()) Line(label, list, "…");
  }

  void Line(std::string_view label, const FieldDescriptor& field, std::string_view value) {
    const std::string_view sign = SignOf(field);
    out_.append(StrCat(kIndent, sign.empty() ? kNoSign : sign, " ", label, ": ", value, "\n"));
  }

  std::string out_;
  FieldPath path_;
  // What the title says.
  std::vector<const FieldDescriptor*> told_;
};

}  // namespace

std::string RecordCard(const Message& record) { return CardWriter().Write(record); }

std::string CardSeparator() { return std::string(40, '-') + "\n"; }

}  // namespace falcon::mcp

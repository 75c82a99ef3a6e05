// Values as text.
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "messages.h"
#include "naming.h"
#include "render/record_table.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

enum class Form { kShort, kFull };

struct SeverityLook {
  std::string_view word;
  std::string_view mark;
  Tint tint;
};

constexpr SeverityLook kSeverities[] = {{"critical", "🔴", Tint::kRed},
                                        {"high", "🟠", Tint::kOrange},
                                        {"medium", "🟡", Tint::kYellow},
                                        {"low", "🟢", Tint::kGreen},
                                        {"informational", "⚪", Tint::kDim}};

// `text` with the mark of the severity that `word` names, if it names one.
Cell Marked(std::string_view word, const std::string& text) {
  for (const SeverityLook& look : kSeverities) {
    if (look.word == word) return {StrCat(look.mark, " ", text), look.tint};
  }
  return {text, Tint::kPlain};
}

Cell EnumCell(const Message& message, const FieldDescriptor& field, int index, const Style& style) {
  const int number = EnumAt(message, field, index);
  const auto* value = field.enum_type()->FindValueByNumber(number);
  if (value == nullptr) return {StrCat(number), Tint::kPlain};
  if (number == 0) return {};
  const std::string word = EnumWord(*value);
  const std::string& type = field.enum_type()->name();
  const bool severity = type.ends_with("Severity") || type.ends_with("Rating");
  if (!severity || style.exact) return {word, Tint::kPlain};
  return Marked(word, word);
}

// Two digits after the point at most: a column is for comparing.
std::string Rounded(double number) {
  std::string text = absl::StrFormat("%.2f", number);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// A score with the mark of its band.
Cell ScoreCell(const std::string& number, const google::protobuf::EnumDescriptor& bands) {
  const long score = std::strtol(number.c_str(), nullptr, 10);
  const google::protobuf::EnumValueDescriptor* band = nullptr;
  for (int i = 0; i < bands.value_count(); ++i) {
    const auto& options = bands.value(i)->options();
    if (!options.HasExtension(options::v1::min_score)) continue;
    if (score >= options.GetExtension(options::v1::min_score)) band = bands.value(i);
  }
  return Marked(band == nullptr ? "" : EnumWord(*band), number);
}

Cell ValueCell(const Message& message, const FieldDescriptor& field, int index, Form form,
               const Style& style);

std::string ListText(const Message& message, const FieldDescriptor& field, const Style& style) {
  std::vector<std::string> items;
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    std::string item = ValueCell(message, field, i, Form::kShort, style).text;
    if (!item.empty()) items.push_back(std::move(item));
  }
  return Join(items, field.message_type() == nullptr ? ", " : "; ");
}

// The set values of a message side by side.
std::string SideBySide(const Message& message, const Style& style) {
  const std::vector<const FieldDescriptor*> fields = SetFields(message);
  std::vector<std::string> parts;
  for (const FieldDescriptor* field : fields) {
    std::string part = field->is_repeated()
                           ? ListText(message, *field, style)
                           : ValueCell(message, *field, -1, Form::kShort, style).text;
    if (!part.empty()) parts.push_back(std::move(part));
  }
  return Join(parts, " ");
}

std::string MessageText(const Message& message, Form form, const Style& style) {
  switch (KindOf(*message.GetDescriptor())) {
    case MessageKind::kTimestamp: {
      const absl::Time instant = TimeOf(message);
      if (style.exact || style.now == absl::Time()) return InstantText(instant);
      std::string age = RelativeText(instant, style.now);
      if (form == Form::kShort) return age;
      return StrCat(InstantText(instant), " (", age, ")");
    }
    case MessageKind::kDuration:
      return style.exact ? WellKnownText(message) : SpanText(DurationOf(message));
    case MessageKind::kFieldMask:
      return Safe(WellKnownText(message), style);
    case MessageKind::kStruct:
    case MessageKind::kValue:
    case MessageKind::kListValue:
      return style.escape ? style.escape(JsonText(message, JsonForm::kOneLine))
                          : JsonText(message, JsonForm::kOneLine);
    case MessageKind::kOther:
      break;
  }
  return SideBySide(message, style);
}

Cell ValueCell(const Message& message, const FieldDescriptor& field, int index, Form form,
               const Style& style) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return {MessageText(MessageAt(message, field, index), form, style), Tint::kPlain};
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumCell(message, field, index, style);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (style.exact) return {ScalarText(message, field, index), Tint::kPlain};
      return {ScalarText(message, field, index) == "true" ? "yes" : "no", Tint::kPlain};
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (form == Form::kShort && !style.exact) {
        return {Rounded(DoubleAt(message, field, index)), Tint::kPlain};
      }
      return {ScalarText(message, field, index), Tint::kPlain};
    case FieldDescriptor::CPPTYPE_INT32:
      if (const auto* bands = BandsOf(field); bands != nullptr && !style.exact) {
        return ScoreCell(ScalarText(message, field, index), *bands);
      }
      [[fallthrough]];
    default:
      return {Safe(ScalarText(message, field, index), style), Tint::kPlain};
  }
}

}  // namespace

Cell CellOf(const Message& message, const FieldDescriptor& field, const Style& style) {
  if (field.is_repeated()) return {ListText(message, field, style), Tint::kPlain};
  if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) return {};
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL && !field.has_presence() &&
      !message.GetReflection()->HasField(message, &field)) {
    return {};
  }
  return ValueCell(message, field, -1, Form::kShort, style);
}

Cell LineOf(const Message& message, const FieldDescriptor& field, int index, const Style& style) {
  return ValueCell(message, field, index, Form::kFull, style);
}

const google::protobuf::EnumDescriptor* BandsOf(const FieldDescriptor& score) {
  constexpr std::string_view kTail = "_score";
  if (!score.name().ends_with(kTail)) return nullptr;
  const FieldDescriptor* named = score.containing_type()->FindFieldByName(
      score.name().substr(0, score.name().size() - kTail.size()));
  const auto* type = named == nullptr ? nullptr : named->enum_type();
  const bool banded =
      type != nullptr &&
      type->value(type->value_count() - 1)->options().HasExtension(options::v1::min_score);
  return banded ? type : nullptr;
}

bool IsNumeric(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_MESSAGE:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_BOOL:
      return false;
    default:
      return !field.is_repeated();
  }
}

}  // namespace falcon::client

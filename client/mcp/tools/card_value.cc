// Values in words.
#include "mcp/tools/card_value.h"

#include <algorithm>

#include "mcp/tools/card_label.h"
#include "mcp/tools/record_writer.h"
#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "render/record_table.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::MessageAt;
using client::MessageKind;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Of one text: a card is for reading. JSON holds more.
constexpr size_t kTextBytes = 1024;
constexpr size_t kInnerTextBytes = 256;
constexpr int kMostDepth = 16;

std::string Value(const Message& message, const FieldDescriptor& field, int index, int depth);

std::string List(const Message& message, const FieldDescriptor& field, int depth) {
  const auto size = static_cast<size_t>(message.GetReflection()->FieldSize(message, &field));
  const size_t shown = std::min(size, kMostCardItems);
  std::vector<std::string> items;
  items.reserve(shown);
  for (size_t i = 0; i < shown; ++i) {
    items.push_back(Value(message, field, static_cast<int>(i), depth + 1));
  }
  return JoinItems(items, size);
}

std::string Map(const Message& message, const FieldDescriptor& field, int depth) {
  const auto entries = SortedEntries(message, field);
  std::vector<std::string> items;
  for (size_t i = 0; i < std::min(entries.size(), kMostCardItems); ++i) {
    const auto& [key, entry] = entries[i];
    items.push_back(StrCat(UntrustedText(key, kInnerTextBytes), " ",
                           Value(*entry, *field.message_type()->map_value(), -1, depth + 1)));
  }
  return JoinItems(items, entries.size());
}

std::string Any(const Message& message, const FieldDescriptor& field, int depth) {
  if (field.is_map()) return Map(message, field, depth);
  if (field.is_repeated()) return List(message, field, depth);
  return Value(message, field, -1, depth);
}

// The set values of a message side by side, in brackets where it is one of several things.
std::string SideBySide(const Message& message, int depth) {
  std::vector<std::string> parts;
  for (const FieldDescriptor* field : ShownFields(message)) {
    parts.push_back(StrCat(WordsOf(*field), " ", Any(message, *field, depth + 1)));
  }
  const std::string text = client::Join(parts, ", ");
  return depth > 0 && parts.size() > 1 ? StrCat("(", text, ")") : text;
}

std::string MessageText(const Message& message, int depth) {
  if (depth > kMostDepth) return "…";
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  switch (client::KindOf(type)) {
    case MessageKind::kTimestamp:
      return absl::FormatTime("%E4Y-%m-%d %H:%M:%S UTC", client::TimeOf(message),
                              absl::UTCTimeZone());
    case MessageKind::kDuration:
      return client::SpanText(client::DurationOf(message));
    case MessageKind::kFieldMask:
      return UntrustedText(client::WellKnownText(message), kTextBytes);
    case MessageKind::kStruct:
      return StrCat("(", Map(message, *type.field(0), depth), ")");
    case MessageKind::kListValue:
      return StrCat("(", List(message, *type.field(0), depth), ")");
    case MessageKind::kValue: {
      const std::vector<const FieldDescriptor*> fields = ShownFields(message);
      return fields.empty() ? "none" : Value(message, *fields[0], -1, depth);
    }
    case MessageKind::kOther:
      break;
  }
  return SideBySide(message, depth);
}

std::string Value(const Message& message, const FieldDescriptor& field, int index, int depth) {
  if (field.message_type() != nullptr) return MessageText(MessageAt(message, field, index), depth);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return UntrustedText(client::ScalarText(message, field, index),
                         depth == 0 ? kTextBytes : kInnerTextBytes);
  }
  return client::LineOf(message, field, index, {}).text;
}

}  // namespace

std::string JoinItems(const std::vector<std::string>& items, size_t all) {
  std::string text = client::Join(items, ", ");
  if (all > items.size()) text.append(StrCat(", … (", all, " in all)"));
  return text;
}

std::string CardValue(const Message& message, const FieldDescriptor& field, int index) {
  return Value(message, field, index, 0);
}

std::string CardList(const Message& message, const FieldDescriptor& field) {
  return Any(message, field, 0);
}

}  // namespace falcon::mcp

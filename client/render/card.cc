// Prints cards.
#include <algorithm>
#include <vector>

#include "messages.h"
#include "render/record_table.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kIndent = 2;

class CardPrinter {
 public:
  CardPrinter(const Message& record, const Style& style) : style_(style), raw_(record) {}

  // `place`: the message's path in the record.
  void Print(const Message& message, size_t indent, const std::string& place) {
    const std::vector<const FieldDescriptor*> fields = ShownFields(message, place);
    size_t name_width = 0;
    for (const FieldDescriptor* field : fields) {
      if (!Nests(*field)) name_width = std::max(name_width, field->name().size());
    }
    for (const FieldDescriptor* field : fields) {
      const bool set = IsSet(message, *field);
      if (set && field->is_map()) {
        PrintMap(message, *field, indent);
      } else if (set && Nests(*field)) {
        PrintNested(message, *field, indent, place);
      } else if (set) {
        PrintPlain(message, *field, indent, name_width);
      }
      const std::string raw = raw_.At(PathBelow(place, *field));
      if (raw.empty()) continue;
      const std::string name = set ? std::string() : field->name();
      Line(indent, name, name_width, {Safe(raw, style_), Tint::kPlain});
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  static bool IsSet(const Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    return field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                               : reflection.HasField(message, &field);
  }

  // Those that are set, and those whose value did not fit.
  std::vector<const FieldDescriptor*> ShownFields(const Message& message,
                                                  const std::string& place) const {
    if (raw_.empty()) return SetFields(message);
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = message.GetDescriptor()->field(i);
      if (IsSet(message, *field) || !raw_.At(PathBelow(place, *field)).empty()) {
        fields.push_back(field);
      }
    }
    return fields;
  }

  static bool Nests(const FieldDescriptor& field) {
    return field.message_type() != nullptr && KindOf(*field.message_type()) == MessageKind::kOther;
  }

  void Line(size_t indent, std::string_view name, size_t name_width, const Cell& cell) {
    out_.append(indent, ' ');
    out_.append(Painted(name, Tint::kDim, style_));
    if (style_.align) {
      out_.append(name_width - std::min(name_width, DisplayWidth(name)) + 2, ' ');
    } else {
      out_.append(name.empty() ? "  " : ": ");
    }
    out_.append(Painted(cell.text, cell.tint, style_));
    out_.push_back('\n');
  }

  void PrintPlain(const Message& message, const FieldDescriptor& field, size_t indent,
                  size_t name_width) {
    if (!field.is_repeated()) {
      Line(indent, field.name(), name_width, LineOf(message, field, -1, style_));
      return;
    }
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      Line(indent, i == 0 ? field.name() : std::string(), name_width,
           LineOf(message, field, i, style_));
    }
  }

  void PrintNested(const Message& message, const FieldDescriptor& field, size_t indent,
                   const std::string& place) {
    const int size = field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) : 1;
    for (int i = 0; i < size; ++i) {
      out_.append(indent, ' ');
      const std::string name =
          size > 1 ? StrCat(field.name(), " ", i + 1, "/", size) : field.name();
      out_.append(Painted(name, Tint::kBold, style_));
      const Message& inner = MessageAt(message, field, field.is_repeated() ? i : -1);
      out_.append(SetFields(inner).empty() ? "  none\n" : "\n");
      Print(inner, indent + kIndent, PathBelow(place, field, field.is_repeated() ? i : -1));
    }
  }

  void PrintMap(const Message& message, const FieldDescriptor& field, size_t indent) {
    std::vector<std::pair<std::string, Cell>> entries;
    size_t name_width = 0;
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      const Message& entry = MessageAt(message, field, i);
      const auto& type = *entry.GetDescriptor();
      const std::string key = Safe(ScalarText(entry, *type.FindFieldByNumber(1), -1), style_);
      name_width = std::max(name_width, DisplayWidth(key));
      entries.emplace_back(key, LineOf(entry, *type.FindFieldByNumber(2), -1, style_));
    }
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    out_.append(indent, ' ');
    out_.append(Painted(field.name(), Tint::kBold, style_));
    out_.push_back('\n');
    for (const auto& [key, cell] : entries) Line(indent + kIndent, key, name_width, cell);
  }

  const Style& style_;
  const RawValues raw_;
  std::string out_;
};

}  // namespace

std::string Card(const Message& message, const Style& style) {
  CardPrinter printer(message, style);
  printer.Print(message, 0, {});
  return printer.Take();
}

}  // namespace falcon::client

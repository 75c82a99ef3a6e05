// Chooses columns and fills rows.
#include "render/record_table.h"

#include <algorithm>
#include <iterator>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsPlainMessage(const FieldDescriptor& field) {
  return field.message_type() != nullptr && KindOf(*field.message_type()) == MessageKind::kOther;
}

FieldPath Below(const FieldPath& parent, const FieldDescriptor& field) {
  FieldPath path = parent;
  path.fields.push_back(&field);
  path.name = parent.name.empty() ? field.name() : StrCat(parent.name, ".", field.name());
  return path;
}

void AddBrief(const Descriptor& type, const FieldPath& parent, std::vector<FieldPath>& out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!field.options().GetExtension(options::v1::brief)) continue;
    const FieldPath path = Below(parent, field);
    if (IsPlainMessage(field) && !field.is_repeated()) {
      AddBrief(*field.message_type(), path, out);
    } else {
      out.push_back(path);
    }
  }
}

bool IsOwnId(const FieldPath& path) {
  return path.fields.size() == 1 && IsRecordIdField(*path.fields[0]);
}

// Ids, and scores whose band stands beside them in a word: they say little to a reader.
bool IsId(const FieldPath& path) {
  const FieldDescriptor& field = *path.fields.back();
  return BandsOf(field) != nullptr || IsDeviceIdField(field) || IsOwnId(path);
}

// The ids last, and of those the record's own, which is declared first.
std::vector<FieldPath> BriefPaths(const Descriptor& record) {
  std::vector<FieldPath> all;
  AddBrief(record, {}, all);
  std::vector<FieldPath> paths;
  std::copy_if(all.begin(), all.end(), std::back_inserter(paths),
               [](const FieldPath& path) { return !IsId(path); });
  std::copy_if(all.rbegin(), all.rend(), std::back_inserter(paths), IsId);
  return paths;
}

RecordColumns AllFields(const Descriptor& record) {
  RecordColumns columns{.paths = {}, .spread = nullptr, .drop_empty = true};
  for (int i = 0; i < record.field_count(); ++i) {
    const FieldDescriptor& field = *record.field(i);
    if (field.name() == "additional_fields") continue;  // its values stand under their fields
    const bool recursive = field.message_type() == &record;
    if (columns.spread == nullptr && field.is_repeated() && IsPlainMessage(field) && !recursive) {
      columns.spread = &field;
      const Descriptor& item = *field.message_type();
      for (int j = 0; j < item.field_count(); ++j) {
        columns.paths.push_back(Below(Below({}, field), *item.field(j)));
      }
    } else {
      columns.paths.push_back(Below({}, field));
    }
  }
  return columns;
}

std::vector<FieldPath> MaskPaths(const Descriptor& record, const std::vector<std::string>& mask) {
  std::vector<FieldPath> paths;
  for (const std::string& text : mask) {
    FieldPath path;
    const Descriptor* type = &record;
    for (const std::string& part : Split(text, '.')) {
      const FieldDescriptor* field = type == nullptr ? nullptr : type->FindFieldByName(part);
      if (field == nullptr) {
        path.fields.clear();
        break;
      }
      path = Below(path, *field);
      type = field->is_map() ? nullptr : field->message_type();
    }
    if (!path.fields.empty()) paths.push_back(std::move(path));
  }
  return paths;
}

// "created_timestamp" -> "CREATED".
std::string HeaderOf(const FieldPath& path) {
  std::string name =
      path.fields.size() == 2 && path.fields[0]->is_repeated() ? path.fields[1]->name() : path.name;
  const auto cut = [&](std::string_view tail) {
    if (name.ends_with(tail)) name.resize(name.size() - tail.size());
  };
  cut("_timestamp");
  return Upper(Replace(name, '_', ' '));
}

// Words and ages.
bool IsShort(const FieldDescriptor& field) {
  return field.enum_type() != nullptr || (field.message_type() != nullptr &&
                                          KindOf(*field.message_type()) == MessageKind::kTimestamp);
}

// One record's cells, and where its values did not fit, what Falcon sent.
class RowFiller {
 public:
  RowFiller(const Message& record, const Style& style)
      : record_(record), style_(style), raw_(record) {}

  Cell At(const FieldPath& path) const { return At(record_, path, 0, {}); }

  // Of one item of a repeated message, in which the path goes on.
  Cell AtItem(const FieldPath& path, int item) const {
    const FieldDescriptor& field = *path.fields[0];
    return At(MessageAt(record_, field, item), path, 1, PathBelow({}, field, item));
  }

 private:
  Cell At(const Message& message, const FieldPath& path, size_t step,
          const std::string& place) const {
    const FieldDescriptor& field = *path.fields[step];
    if (step + 1 == path.fields.size()) return Leaf(message, field, place);
    if (field.is_repeated()) return List(message, path, step, place);
    if (message.GetReflection()->HasField(message, &field)) {
      return At(MessageAt(message, field, -1), path, step + 1, PathBelow(place, field));
    }
    return Below(path, step, place);
  }

  // Nothing of a message fitted, or it did not fit itself.
  Cell Below(const FieldPath& path, size_t step, const std::string& place) const {
    if (raw_.empty()) return {};
    const std::string message = PathBelow(place, *path.fields[step]);
    std::string leaf = message;
    for (size_t i = step + 1; i < path.fields.size(); ++i) leaf = PathBelow(leaf, *path.fields[i]);
    const std::string raw = raw_.At(leaf);
    return {EscapeUnsafe(raw.empty() ? raw_.At(message) : raw), Tint::kPlain};
  }

  Cell List(const Message& message, const FieldPath& path, size_t step,
            const std::string& place) const {
    const FieldDescriptor& field = *path.fields[step];
    std::vector<std::string> items;
    for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
      std::string text =
          At(MessageAt(message, field, i), path, step + 1, PathBelow(place, field, i)).text;
      if (!text.empty()) items.push_back(std::move(text));
    }
    return {Join(items, "; "), Tint::kPlain};
  }

  // A list may hold both.
  Cell Leaf(const Message& message, const FieldDescriptor& field, const std::string& place) const {
    Cell typed = CellOf(message, field, style_);
    if (raw_.empty()) return typed;
    const std::string raw = EscapeUnsafe(raw_.At(PathBelow(place, field)));
    if (raw.empty()) return typed;
    const bool both = field.is_repeated() && !typed.text.empty();
    return {both ? StrCat(typed.text, ", ", raw) : raw, Tint::kPlain};
  }

  const Message& record_;
  const Style& style_;
  const RawValues raw_;
};

std::vector<Cell> RowOf(const RowFiller& filler, const RecordColumns& columns, int item) {
  std::vector<Cell> row;
  for (const FieldPath& path : columns.paths) {
    if (columns.spread == nullptr || path.fields[0] != columns.spread) {
      row.push_back(filler.At(path));
    } else if (item < 0) {
      row.emplace_back();
    } else {
      row.push_back(filler.AtItem(path, item));
    }
  }
  return row;
}

}  // namespace

RecordColumns ColumnsOf(const Descriptor& record, const std::vector<std::string>& mask) {
  RecordColumns columns;
  columns.paths = MaskPaths(record, mask);
  if (columns.paths.empty()) columns.paths = BriefPaths(record);
  if (columns.paths.empty()) columns = AllFields(record);
  return columns;
}

std::vector<Column> TableColumns(const RecordColumns& columns) {
  const auto is_host = [](const FieldPath& path) { return IsHostNameField(*path.fields.back()); };
  const bool one_host = std::ranges::count_if(columns.paths, is_host) == 1;
  std::vector<Column> out;
  for (const FieldPath& path : columns.paths) {
    const FieldDescriptor& field = *path.fields.back();
    Column column{.header = HeaderOf(path), .right = IsNumeric(field)};
    if (is_host(path)) {
      column.rank = Rank::kFirst;
      if (one_host) column.header = "HOSTNAME";
    } else if (IsOwnId(path)) {
      column.rank = Rank::kFirst;
      column.cut = Cut::kMiddle;
    } else if (IsId(path)) {
      column.rank = Rank::kLast;
      column.cut = Cut::kNever;
    } else if (IsShort(field)) {
      column.cut = Cut::kNever;
    }
    out.push_back(std::move(column));
  }
  return out;
}

std::vector<std::vector<Cell>> RowsOf(const Message& record, const RecordColumns& columns,
                                      const Style& style) {
  const int items =
      columns.spread == nullptr ? 0 : record.GetReflection()->FieldSize(record, columns.spread);
  const RowFiller filler(record, style);
  if (items == 0) return {RowOf(filler, columns, -1)};
  std::vector<std::vector<Cell>> rows;
  rows.reserve(static_cast<size_t>(items));
  for (int i = 0; i < items; ++i) rows.push_back(RowOf(filler, columns, i));
  return rows;
}

}  // namespace falcon::client

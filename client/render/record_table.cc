// Chooses columns and fills rows.
#include "render/record_table.h"

#include <algorithm>
#include <iterator>

#include "falcon/v1/options.pb.h"
#include "messages.h"
#include "render/value_text.h"
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
  path.name = parent.name.empty() ? field.name() : Cat(parent.name, ".", field.name());
  return path;
}

void AddBrief(const Descriptor& type, const FieldPath& parent, std::vector<FieldPath>& out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!field.options().GetExtension(v1::brief)) continue;
    const FieldPath path = Below(parent, field);
    if (IsPlainMessage(field) && !field.is_repeated()) {
      AddBrief(*field.message_type(), path, out);
    } else {
      out.push_back(path);
    }
  }
}

// Ids say little to a reader, and are long.
bool IsId(const FieldPath& path) {
  return path.fields.size() == 1 && path.fields[0]->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         (path.name == "id" || path.name == "aid" || path.name == "device_id" ||
          path.name == "composite_id");
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

// "created_timestamp" -> "CREATED", "severity_name" -> "SEVERITY" where its type says the same.
std::string HeaderOf(const FieldPath& path) {
  std::string name =
      path.fields.size() == 2 && path.fields[0]->is_repeated() ? path.fields[1]->name() : path.name;
  const auto cut = [&](std::string_view tail) {
    if (name.ends_with(tail)) name.resize(name.size() - tail.size());
  };
  cut("_timestamp");
  if (path.fields.back()->enum_type() != nullptr) cut("_name");
  return Upper(Replace(name, '_', ' '));
}

// Words and ages.
bool IsShort(const FieldDescriptor& field) {
  return field.enum_type() != nullptr || (field.message_type() != nullptr &&
                                          KindOf(*field.message_type()) == MessageKind::kTimestamp);
}

Cell CellAt(const Message& record, const FieldPath& path, size_t step, const Style& style) {
  const FieldDescriptor& field = *path.fields[step];
  if (step + 1 == path.fields.size()) return CellOf(record, field, style);
  if (field.is_repeated()) {
    std::vector<std::string> items;
    for (int i = 0; i < record.GetReflection()->FieldSize(record, &field); ++i) {
      const Message& item = record.GetReflection()->GetRepeatedMessage(record, &field, i);
      std::string text = CellAt(item, path, step + 1, style).text;
      if (!text.empty()) items.push_back(std::move(text));
    }
    return {Join(items, "; "), Tint::kPlain};
  }
  if (!record.GetReflection()->HasField(record, &field)) return {};
  return CellAt(record.GetReflection()->GetMessage(record, &field), path, step + 1, style);
}

std::vector<Cell> RowOf(const Message& record, const RecordColumns& columns, int item,
                        const Style& style) {
  std::vector<Cell> row;
  for (const FieldPath& path : columns.paths) {
    if (columns.spread == nullptr || path.fields[0] != columns.spread) {
      row.push_back(CellAt(record, path, 0, style));
    } else if (item < 0) {
      row.emplace_back();
    } else {
      row.push_back(CellAt(MessageAt(record, *columns.spread, item), path, 1, style));
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
  std::vector<Column> out;
  for (const FieldPath& path : columns.paths) {
    const FieldDescriptor& field = *path.fields.back();
    out.push_back({.header = HeaderOf(path),
                   .right = IsNumeric(field),
                   .whole = IsId(path) && columns.paths.size() > 1,
                   .keep = IsShort(field)});
  }
  return out;
}

std::vector<std::vector<Cell>> RowsOf(const Message& record, const RecordColumns& columns,
                                      const Style& style) {
  const int items =
      columns.spread == nullptr ? 0 : record.GetReflection()->FieldSize(record, columns.spread);
  if (items == 0) return {RowOf(record, columns, -1, style)};
  std::vector<std::vector<Cell>> rows;
  rows.reserve(static_cast<size_t>(items));
  for (int i = 0; i < items; ++i) rows.push_back(RowOf(record, columns, i, style));
  return rows;
}

}  // namespace falcon::client

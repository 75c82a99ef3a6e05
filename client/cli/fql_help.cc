// Lists FQL fields.
#include "cli/fql_help.h"

#include <algorithm>

#include "cli/describe.h"
#include "falcon/v1/options.pb.h"
#include "messages.h"
#include "naming.h"
#include "render/table.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

v1::FqlKind KindOfRecordField(const FieldDescriptor& field) {
  if (field.message_type() != nullptr) {
    return KindOf(*field.message_type()) == MessageKind::kTimestamp ? v1::FQL_KIND_TIMESTAMP
                                                                    : v1::FQL_KIND_STRING;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
      return v1::FQL_KIND_STRING;
    case FieldDescriptor::CPPTYPE_BOOL:
      return v1::FQL_KIND_BOOLEAN;
    default:
      return v1::FQL_KIND_NUMBER;
  }
}

std::string_view KindWord(v1::FqlKind kind) {
  switch (kind) {
    case v1::FQL_KIND_NUMBER:
      return "number";
    case v1::FQL_KIND_TIMESTAMP:
      return "time";
    case v1::FQL_KIND_BOOLEAN:
      return "yes/no";
    default:
      return "text";
  }
}

std::string Operators(v1::FqlKind kind, const v1::Fql& fql) {
  std::string operators = ": :!";
  const bool ranges =
      kind == v1::FQL_KIND_NUMBER || kind == v1::FQL_KIND_TIMESTAMP || fql.ordered();
  if (ranges) operators.append(" > >= < <=");
  if (fql.text_match()) operators.append(" ~");
  switch (fql.wildcard()) {
    case v1::WILDCARD_ANYWHERE:
      return operators + " '*a*'";
    case v1::WILDCARD_PREFIX_OR_SUFFIX:
      return operators + " 'a*' '*a'";
    case v1::WILDCARD_OPERATOR:
      return operators + " *'a*'";
    default:
      return operators;
  }
}

std::string Words(const v1::Fql& fql, const FieldDescriptor* field) {
  std::vector<std::string> words(fql.values().begin(), fql.values().end());
  if (words.empty() && field != nullptr && field->enum_type() != nullptr) {
    words = EnumWords(*field->enum_type());
  }
  return words.empty() ? std::string() : Cat(" ", Join(words, ", "), ".");
}

std::string JsonKeyOf(const FieldDescriptor& field) {
  const std::string& key = field.options().GetExtension(v1::json_key);
  return key.empty() ? field.name() : key;
}

void AddFields(const Descriptor& type, const std::string& prefix,
               std::vector<const Descriptor*>& above, std::vector<FqlFieldHelp>& out) {
  if (std::find(above.begin(), above.end(), &type) != above.end()) return;
  above.push_back(&type);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string path = prefix + JsonKeyOf(field);
    if (field.options().HasExtension(v1::fql)) {
      const v1::Fql& fql = field.options().GetExtension(v1::fql);
      const v1::FqlKind kind =
          fql.kind() == v1::FQL_KIND_UNSPECIFIED ? KindOfRecordField(field) : fql.kind();
      out.push_back({.name = fql.name().empty() ? path : fql.name(),
                     .kind = std::string(KindWord(kind)),
                     .operators = Operators(kind, fql),
                     .sortable = fql.sortable(),
                     .help = FirstSentence(CommentOf(field)) + Words(fql, &field)});
    }
    if (field.message_type() != nullptr && !field.is_map() &&
        KindOf(*field.message_type()) == MessageKind::kOther) {
      AddFields(*field.message_type(), path + ".", above, out);
    }
  }
  above.pop_back();
}

const Descriptor* RecordOf(const Noun& noun) {
  for (const Method& method : noun.methods) {
    if (method.verb == "list" && method.shape.records != nullptr) {
      return method.shape.records->message_type();
    }
  }
  return nullptr;
}

std::string Table(const std::vector<FqlFieldHelp>& fields, size_t width) {
  const Style style{.color = false, .width = width, .now = {}};
  std::vector<std::vector<Cell>> rows;
  rows.reserve(fields.size());
  for (const FqlFieldHelp& field : fields) {
    rows.push_back({Cell{field.name}, Cell{field.kind}, Cell{field.operators},
                    Cell{field.sortable ? "yes" : ""}, Cell{field.help}});
  }
  // Names are what a filter is made of: never cut.
  const std::vector<Column> columns = {{.header = "FIELD", .right = false, .whole = true},
                                       {.header = "KIND"},
                                       {.header = "OPERATORS", .right = false, .whole = true},
                                       {.header = "SORTABLE"},
                                       {.header = "WHAT"}};
  const TableLayout layout = FitTable(columns, rows, style);
  std::string out = HeaderLine(layout, style) + "\n";
  for (const std::vector<Cell>& row : rows) out.append(RowLine(layout, row, style) + "\n");
  return out;
}

}  // namespace

std::vector<FqlFieldHelp> FqlFieldsOf(const Descriptor& record) {
  std::vector<FqlFieldHelp> fields;
  std::vector<const Descriptor*> above;
  AddFields(record, "", above, fields);
  const auto& options = record.options();
  for (int i = 0; i < options.ExtensionSize(v1::filter_only); ++i) {
    const v1::FqlField& field = options.GetExtension(v1::filter_only, i);
    fields.push_back(
        {.name = field.name(),
         .kind = std::string(KindWord(field.kind())),
         .operators = Operators(field.kind(), field.fql()),
         .sortable = field.fql().sortable(),
         .help = "In filters only: records do not show it." + Words(field.fql(), nullptr)});
  }
  std::sort(fields.begin(), fields.end(),
            [](const FqlFieldHelp& a, const FqlFieldHelp& b) { return a.name < b.name; });
  return fields;
}

absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width) {
  const absl::StatusOr<const Noun*> noun = NounNamed(catalog, words.empty() ? "" : words[0]);
  if (!noun.ok()) return noun.status();
  const Descriptor* record = RecordOf(**noun);
  if (record == nullptr) {
    return absl::InvalidArgumentError(Cat((*noun)->name, " cannot be filtered."));
  }
  return Cat(
      "FQL fields of ", (*noun)->name,
      ". A condition is field:'value'; + is AND, a comma is OR, parentheses group,\n"
      "field:['a','b'] is any of them, field:!'value' is not. Times are RFC 3339 or now-7d.\n"
      "  falconctl ",
      (*noun)->name, " list --filter \"", record->field(0)->name(), ":'...'\"\n\n",
      Table(FqlFieldsOf(*record), width));
}

}  // namespace falcon::client

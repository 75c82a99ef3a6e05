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

constexpr std::string_view kPageTop =
    "# FQL fields\n\n"
    "What a raw `filter` and `order_by` know, for each collection. This page is what `falconctl "
    "fql` prints; a test keeps it in step\n"
    "with the protos, which state the facts.\n\n"
    "A condition is `field:'value'`; `+` is AND, a comma is OR, parentheses group. Operators: `:` "
    "equal, `:!` not equal, `:[]` any of a\n"
    "list (`field:['a','b']`; `:![]` none of it), `> >= < <=` ranges, `~` a text match that is "
    "blind to case and punctuation, and stars\n"
    "as shown: `'*a*'` anywhere inside the quotes, `'a*' '*a'` first or last, `*'a*'` as an "
    "operator before the quotes. Times are RFC 3339 or\n"
    "`now-7d`; epoch seconds stand without quotes.\n";

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
      return "true/false";
    case v1::FQL_KIND_EPOCH_SECONDS:
      return "epoch seconds";
    default:
      return "text";
  }
}

bool Lacks(const v1::Fql& fql, std::string_view sign) {
  return std::find(fql.without().begin(), fql.without().end(), sign) != fql.without().end();
}

std::string_view Stars(v1::Wildcard wildcard) {
  switch (wildcard) {
    case v1::WILDCARD_ANYWHERE:
      return "'*a*'";
    case v1::WILDCARD_PREFIX_OR_SUFFIX:
      return "'a*' '*a'";
    case v1::WILDCARD_OPERATOR:
      return "*'a*'";
    default:
      return "";
  }
}

std::string Operators(v1::FqlKind kind, const v1::Fql& fql) {
  if (fql.sort_only()) return "";
  const bool instant = kind == v1::FQL_KIND_TIMESTAMP;
  const bool lists = !instant && kind != v1::FQL_KIND_BOOLEAN && !Lacks(fql, "[]");
  const bool ranges = (kind == v1::FQL_KIND_NUMBER || kind == v1::FQL_KIND_EPOCH_SECONDS ||
                       instant || fql.ordered()) &&
                      !Lacks(fql, ">");
  std::vector<std::string> signs;
  const auto add = [&](bool has, std::string_view sign) {
    if (has) signs.emplace_back(sign);
  };
  const bool equality = !Lacks(fql, "=");
  const bool negation = !Lacks(fql, "!");
  add(equality && !fql.list_only(), ":");
  add(equality && lists, ":[]");
  add(equality && negation, fql.list_only() ? ":![]" : ":!");
  add(ranges, "> >= < <=");
  add(fql.text_match(), "~");
  add(fql.text_match() && negation && !Lacks(fql, "!~"), "!~");
  add(fql.wildcard() != v1::WILDCARD_UNSPECIFIED, Stars(fql.wildcard()));
  return Join(signs, " ");
}

// As filters spell them, which may be another spelling than the client's.
std::vector<std::string> FqlWords(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (value.number() == 0) continue;
    const std::string& own = value.options().GetExtension(v1::word);
    words.push_back(own.empty() ? EnumWord(value) : own);
  }
  return words;
}

std::string Words(const v1::Fql& fql, const FieldDescriptor* field) {
  std::vector<std::string> words(fql.values().begin(), fql.values().end());
  if (words.empty() && field != nullptr && field->enum_type() != nullptr) {
    words = FqlWords(*field->enum_type());
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
    fields.push_back({.name = field.name(),
                      .kind = std::string(KindWord(field.kind())),
                      .operators = Operators(field.kind(), field.fql()),
                      .sortable = field.fql().sortable(),
                      .help = Cat(field.about(), " Not in records.", Words(field.fql(), nullptr))});
  }
  std::sort(fields.begin(), fields.end(),
            [](const FqlFieldHelp& a, const FqlFieldHelp& b) { return a.name < b.name; });
  return fields;
}

std::string FqlPage(const Catalog& catalog) {
  std::string page(kPageTop);
  for (const Noun& noun : catalog.nouns()) {
    const Descriptor* record = RecordOf(noun);
    if (record == nullptr) continue;
    page.append(Cat(
        "\n## ", noun.name, "\n\nRecord `", record->name(),
        "`.\n\n| field | kind | operators | order | what |\n| --- | --- | --- | --- | --- |\n"));
    for (const FqlFieldHelp& field : FqlFieldsOf(*record)) {
      page.append(Cat("| `", field.name, "` | ", field.kind, " | ",
                      field.operators.empty() ? "" : Cat("`", field.operators, "`"), " | ",
                      field.sortable ? "yes" : "", " | ", Replace(field.help, '|', '/'), " |\n"));
    }
  }
  return page;
}

absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width) {
  if (words.empty()) return FqlPage(catalog);
  const absl::StatusOr<const Noun*> noun = NounNamed(catalog, words[0]);
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

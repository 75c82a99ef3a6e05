// Pages in Markdown from the descriptors.
#include <map>
#include <vector>

#include "base/error.h"
#include "cli/reference.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql_fields.h"
#include "render/table.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using options::v1::TypedFilter;

constexpr std::string_view kApiTop =
    "# The API\n\n"
    "What `proto/falcon_gateway/v1` says. This page is what `fgctl api` prints; a test keeps it in "
    "step with the protos.\n"
    "Fields in **bold** are required. Fields of records stand in the protos and in `fgctl describe "
    "NOUN`; fields of FQL in\n"
    "[FQL.md](../proto/FQL.md).\n";

// Of a cell of a table.
std::string MarkdownCell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell.push_back('\\');
    cell.push_back(c == '\n' ? ' ' : c);
  }
  return cell;
}

std::string LimitsOf(const FieldDescriptor& field) {
  const options::v1::Bounds& bounds = field.options().GetExtension(options::v1::bounds);
  std::vector<std::string> limits;
  if (bounds.max_items() > 0) limits.push_back(StrCat(bounds.max_items(), " items"));
  if (bounds.max_bytes() > 0) limits.push_back(StrCat(bounds.max_bytes(), " bytes"));
  if (bounds.max() > 0) limits.push_back(StrCat("at most ", static_cast<int>(bounds.max())));
  return Join(limits, ", ");
}

// What a condition on one FQL field looks like.
std::string Condition(const std::string& fql, const FieldDescriptor& field,
                      const TypedFilter& typed) {
  const bool range = field.message_type() != nullptr && field.message_type()->name() == "TimeRange";
  switch (typed.operator_()) {
    case options::v1::FILTER_OPERATOR_AT_LEAST:
      return fql + ":>=";
    case options::v1::FILTER_OPERATOR_AT_MOST:
      return fql + ":<=";
    case options::v1::FILTER_OPERATOR_MATCHES:
      return fql + ":~";
    case options::v1::FILTER_OPERATOR_WITHIN_DAYS:
      return fql + ":>= that many days ago";
    case options::v1::FILTER_OPERATOR_EQUAL_UPPER_OR_LOWER:
    case options::v1::FILTER_OPERATOR_NAME:
      return fql + ":[as given, upper case, lower case]";
    default:
      return range ? StrCat(fql, ":>= start, ", fql, ":< end") : fql + ":";
  }
}

std::string FqlOf(const FieldDescriptor& field) {
  if (!field.options().HasExtension(options::v1::typed_filter)) return {};
  const TypedFilter& typed = field.options().GetExtension(options::v1::typed_filter);
  std::vector<std::string> conditions = {Condition(typed.field(), field, typed)};
  for (const std::string& other : typed.or_fields()) {
    conditions.push_back(Condition(other, field, typed));
  }
  return StrCat("`", Join(conditions, "` or `"), "`");
}

std::string FilterTable(const Descriptor& filter) {
  std::string table = StrCat("\n### ", filter.name(), "\n\n",
                             "| field | type | in FQL | what |\n| --- | --- | --- | --- |\n");
  for (int i = 0; i < filter.field_count(); ++i) {
    const FieldDescriptor& field = *filter.field(i);
    table += StrCat("| `", field.name(), "` | ", TypeName(field), " | ", MarkdownCell(FqlOf(field)),
                    " | ", MarkdownCell(CommentOf(field)), " |\n");
  }
  return table;
}

std::string RequestLine(const Descriptor& request) {
  std::vector<std::string> fields;
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor& field = *request.field(i);
    const bool required = field.options().GetExtension(options::v1::required);
    const std::string limits = LimitsOf(field);
    fields.push_back(StrCat(required ? "**`" : "`", field.name(), required ? "`**" : "`",
                            limits.empty() ? "" : StrCat(" (", limits, ")")));
  }
  return fields.empty() ? "none" : Join(fields, ", ");
}

std::string ServiceSection(const ServiceDescriptor& service) {
  std::string section = StrCat("\n### ", service.name(), "\n\n", CommentOf(service), "\n\n",
                               "| method | request fields | API scopes | what |\n"
                               "| --- | --- | --- | --- |\n");
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    section +=
        StrCat("| `", method.name(), "`", method.server_streaming() ? " (stream)" : "", " | ",
               RequestLine(*method.input_type()), " | ", MarkdownCell(ScopesOf(method)), " | ",
               MarkdownCell(CommentOf(method)), " |\n");
  }
  return section;
}

std::string ReasonTable(const EnumDescriptor& type, std::string_view prefix) {
  std::string table = "| reason | what |\n| --- | --- |\n";
  for (int i = 1; i < type.value_count(); ++i) {
    table += StrCat("| `", type.value(i)->name().substr(prefix.size()), "` | ",
                    MarkdownCell(CommentOf(*type.value(i))), " |\n");
  }
  return table;
}

constexpr std::string_view kFqlTop =
    "# FQL fields\n\n"
    "What `filter.fql` and `order_by` know, for each collection. This page is what `fgctl "
    "fql` prints; a test keeps it in step\n"
    "with the protos, which state the facts.\n\n";

std::string FqlColumns(const std::vector<FqlFieldHelp>& fields, size_t width) {
  const Style style{.color = false, .width = width, .now = {}};
  std::vector<std::vector<Cell>> rows;
  rows.reserve(fields.size());
  for (const FqlFieldHelp& field : fields) {
    rows.push_back({Cell{field.name}, Cell{field.kind}, Cell{field.operators},
                    Cell{field.sortable ? "yes" : ""}, Cell{field.help}});
  }
  // Names are what a filter is made of: never cut.
  std::vector<Column> columns = {{.header = "FIELD"},
                                 {.header = "KIND"},
                                 {.header = "OPERATORS"},
                                 {.header = "SORTABLE"},
                                 {.header = "WHAT"}};
  columns[0].rank = Rank::kFirst;
  columns[0].cut = columns[2].cut = Cut::kNever;
  const TableLayout layout = FitTable(columns, rows, style);
  std::string out = HeaderLine(layout, style) + "\n";
  for (const std::vector<Cell>& row : rows) out.append(RowLine(layout, row, style) + "\n");
  return out;
}

std::string FqlPage(const Catalog& catalog) {
  std::string page = StrCat(kFqlTop, kFqlRules);
  for (const Noun& noun : catalog.nouns()) {
    const Descriptor* record = FqlRecordOf(noun);
    if (record == nullptr) continue;
    page.append(
        StrCat("\n## ", noun.name, "\n\nRecord `", record->name(), "`.\n\n", FqlTable(*record)));
  }
  return page;
}

}  // namespace

std::string ApiPage(const Catalog& catalog) {
  std::map<std::string, const ServiceDescriptor*> services;
  std::map<std::string, const Descriptor*> filters;
  for (const Noun& noun : catalog.nouns()) {
    for (const Method& method : noun.methods) {
      services.emplace(method.descriptor->service()->name(), method.descriptor->service());
      const FieldDescriptor* filter = method.descriptor->input_type()->FindFieldByName("filter");
      if (filter != nullptr) {
        filters.emplace(filter->message_type()->name(), filter->message_type());
      }
    }
  }
  std::string page = StrCat(kApiTop, "\n## Services\n");
  for (const auto& [name, service] : services) page += ServiceSection(*service);
  page += "\n## Filters\n";
  for (const auto& [name, filter] : filters) page += FilterTable(*filter);
  page +=
      StrCat("\n## Reasons of errors\n\nIn `ErrorInfo.reason`, with `domain` falcon-gateway.\n\n",
             ReasonTable(*catalog.FindEnum("falcon_gateway.v1.ErrorReason"), "ERROR_REASON_"));
  page += StrCat("\n## Reasons of notes\n\nIn `read_info.notes`.\n\n",
                 ReasonTable(*catalog.FindEnum("falcon_gateway.v1.NoteReason"), "NOTE_REASON_"));
  return page;
}

absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width) {
  if (words.empty()) return FqlPage(catalog);
  ASSIGN_OR_RETURN(const auto noun, NounNamed(catalog, words[0]));
  const Descriptor* record = FqlRecordOf(*noun);
  if (record == nullptr) {
    return absl::InvalidArgumentError(StrCat(noun->name, " have no filter."));
  }
  return StrCat(
      "FQL fields of ", noun->name,
      ". A condition is field:'value'; + is AND, a comma is OR, parentheses group,\n"
      "field:['a','b'] is any of them, field:!'value' is not. Times are RFC 3339 or now-7d.\n"
      "  fgctl ",
      noun->name, " list --fql \"", record->field(0)->name(), ":'...'\"\n\n",
      FqlColumns(FqlFieldsOf(*record), width));
}

}  // namespace falcon::client

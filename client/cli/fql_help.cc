// Lists FQL fields.
#include "cli/fql_help.h"

#include "cli/describe.h"
#include "fql_fields.h"
#include "render/table.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;

constexpr std::string_view kPageTop =
    "# FQL fields\n\n"
    "What `filter.fql` and `order_by` know, for each collection. This page is what `fgctl "
    "fql` prints; a test keeps it in step\n"
    "with the protos, which state the facts.\n\n";

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

std::string FqlPage(const Catalog& catalog) {
  std::string page = StrCat(kPageTop, kFqlRules);
  for (const Noun& noun : catalog.nouns()) {
    const Descriptor* record = FqlRecordOf(noun);
    if (record == nullptr) continue;
    page.append(
        StrCat("\n## ", noun.name, "\n\nRecord `", record->name(), "`.\n\n", FqlTable(*record)));
  }
  return page;
}

absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width) {
  if (words.empty()) return FqlPage(catalog);
  const absl::StatusOr<const Noun*> noun = NounNamed(catalog, words[0]);
  if (!noun.ok()) return noun.status();
  const Descriptor* record = FqlRecordOf(**noun);
  if (record == nullptr) {
    return absl::InvalidArgumentError(StrCat((*noun)->name, " cannot be filtered."));
  }
  return StrCat(
      "FQL fields of ", (*noun)->name,
      ". A condition is field:'value'; + is AND, a comma is OR, parentheses group,\n"
      "field:['a','b'] is any of them, field:!'value' is not. Times are RFC 3339 or now-7d.\n"
      "  fgctl ",
      (*noun)->name, " list --fql \"", record->field(0)->name(), ":'...'\"\n\n",
      Table(FqlFieldsOf(*record), width));
}

}  // namespace falcon::client

// Writes FQL guides.
#include "mcp/resources/fql_guide.h"

#include "fql_fields.h"
#include "text.h"

namespace falcon::mcp {
namespace {

// The last week by the first instant that orders too.
std::string ExampleOf(const google::protobuf::Descriptor& record) {
  for (const client::FqlFieldHelp& field : client::FqlFieldsOf(record)) {
    const bool instant = field.kind == "time" || field.kind == "epoch seconds";
    if (instant && field.sortable) return StrCat(field.name, ":>='now-7d'");
  }
  return StrCat(record.field(0)->name(), ":'...'");
}

}  // namespace

std::vector<std::string> FqlAreas(const client::Catalog& catalog) {
  std::vector<std::string> areas;
  for (const client::Noun& noun : catalog.nouns()) {
    if (client::FqlRecordOf(noun) != nullptr) areas.push_back(noun.name);
  }
  return areas;
}

std::string FqlOverview(const client::Catalog& catalog) {
  std::string page = StrCat(
      "# FQL, Falcon's query language\n\nWhat the parameter `fql` of the search tools takes. "
      "Named parameters (days, severity, hostname) come first: `fql` is joined to them by AND. "
      "A wrong field, operator or value is refused, and the error says what would be right.\n\n",
      client::kFqlRules, "\nThe fields differ by area:\n\n");
  for (const client::Noun& noun : catalog.nouns()) {
    const google::protobuf::Descriptor* record = client::FqlRecordOf(noun);
    if (record == nullptr) continue;
    page.append(StrCat("- falcon://fql/", noun.name, ": ",
                       client::FirstSentence(client::CommentOf(*record)), "\n"));
  }
  return page;
}

std::string FqlGuide(const client::Catalog& catalog, std::string_view area) {
  const client::Noun* noun = catalog.FindNoun(client::Replace(Lower(area), '_', '-'));
  const google::protobuf::Descriptor* record = noun == nullptr ? nullptr : FqlRecordOf(*noun);
  if (record == nullptr) return {};
  return StrCat("# FQL of ", noun->name, "\n\n", client::kFqlRules, "\nExample: `",
                ExampleOf(*record),
                "`. Only these fields are known; the column `order` says which ones `order_by` "
                "takes.\n\n",
                client::FqlTable(*record));
}

}  // namespace falcon::mcp

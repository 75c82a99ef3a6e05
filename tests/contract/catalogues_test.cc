// The catalogues of FQL hold what Falcon documents, noun by noun, as tests/data/fql_fields_*.txt say:
//
//   name kind sortable      a field; of the kind `any`, none is documented
//   = no other fields
//   + filter                is taken; - filter: is refused
//   > + order               is taken; > - order: is refused
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_replace.h"
#include "tests/contract/nouns.h"
#include "tests/support/paths.h"

namespace falcon {
namespace {

using testing::FilteredNoun;

std::string KindName(options::v1::FqlKind kind) {
  switch (kind) {
    case options::v1::FQL_KIND_NUMBER:
      return "number";
    case options::v1::FQL_KIND_TIMESTAMP:
      return "timestamp";
    case options::v1::FQL_KIND_BOOLEAN:
      return "boolean";
    case options::v1::FQL_KIND_EPOCH_SECONDS:
      return "epoch";
    default:
      return "string";
  }
}

void ExpectField(const fql::Catalogue& catalogue, const std::string& line) {
  std::istringstream words(line);
  std::string name, kind, sortable;
  words >> name >> kind >> sortable;
  const fql::Field* field = catalogue.Find(name);
  ASSERT_NE(field, nullptr) << name << " is not in the catalogue";
  EXPECT_EQ(field->sortable, sortable == "sortable") << name;
  if (kind != "any") EXPECT_EQ(KindName(field->kind), kind) << name;
}

// One that begins with + or -.
void ExpectVerdict(const fql::Catalogue& catalogue, const std::string& line, bool order) {
  const std::string text = line.substr(2);
  const bool taken = line[0] == '+';
  if (order) {
    EXPECT_EQ(catalogue.ParseOrder(text).ok(), taken) << line;
    return;
  }
  const auto parsed = fql::Parse(text, "filter");
  ASSERT_TRUE(parsed.ok()) << line;
  EXPECT_EQ(catalogue.Check(*parsed, "filter").ok(), taken) << line;
}

void ExpectAsDocumented(const fql::Catalogue& catalogue, const std::filesystem::path& path) {
  SCOPED_TRACE(path);
  std::ifstream in(path);
  size_t fields = 0;
  bool no_others = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line == "= no other fields") {
      no_others = true;
    } else if (line.starts_with("> ")) {
      ExpectVerdict(catalogue, line.substr(2), true);
    } else if (line.starts_with("+ ") || line.starts_with("- ")) {
      ExpectVerdict(catalogue, line, false);
    } else {
      ++fields;
      ExpectField(catalogue, line);
    }
  }
  EXPECT_GE(fields, 5U);
  if (no_others) EXPECT_EQ(catalogue.fields().size(), fields);
}

TEST(Catalogues, HoldWhatFalconDocumentsAndTakeNothingElse) {
  const testing::FilteredNouns nouns;
  constexpr std::string_view kPrefix = "fql_fields_";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(testing::SourcePath("tests/data"))) {
    const std::string stem = entry.path().stem();
    if (!stem.starts_with(kPrefix)) continue;
    ++files;
    const FilteredNoun* noun =
        nouns.Find(absl::StrReplaceAll(stem.substr(kPrefix.size()), {{"_", "-"}}));
    ASSERT_NE(noun, nullptr) << stem;
    ExpectAsDocumented(*noun->catalogue, entry.path());
  }
  EXPECT_GT(files, 5);
}

}  // namespace
}  // namespace falcon

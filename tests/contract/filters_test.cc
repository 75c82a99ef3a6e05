// Filters that Falcon takes are taken, over all nouns: those that were seen in public, and those
// that follow from what the protos say of each field.
#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/text.h"
#include "fql/names.h"
#include "tests/contract/nouns.h"
#include "tests/support/paths.h"

namespace falcon {
namespace {

using testing::FilteredNoun;
using testing::FilteredNouns;

const FilteredNouns& Nouns() {
  static const FilteredNouns* const nouns = new FilteredNouns();
  return *nouns;
}

// It passes, and what goes to Falcon passes again and reads as it was meant.
void ExpectTaken(const FilteredNoun& noun, const std::string& filter) {
  const auto checked = noun.Check(filter);
  ASSERT_TRUE(checked.ok()) << noun.name << " " << filter << ": " << checked.status().message();
  const std::string sent = checked->expression.Text();
  const auto parsed = fql::Parse(sent, "filter", {.max_conditions = 1000});
  ASSERT_TRUE(parsed.ok()) << noun.name << " " << filter << " -> " << sent << ": "
                           << parsed.status().message();
  EXPECT_EQ(*parsed, checked->expression) << noun.name << " " << filter << " -> " << sent;
  EXPECT_TRUE(noun.catalogue->Check(*parsed, "filter").ok()) << noun.name << " " << sent;
}

TEST(FiltersTest, TakesEveryFilterSeenInPublic) {
  std::ifstream file(testing::SourcePath("tests/data/filters_accepted.tsv"));
  ASSERT_TRUE(file.is_open());
  size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    ASSERT_EQ(columns.size(), 3u) << line;
    const FilteredNoun* noun = Nouns().Find(columns[0]);
    ASSERT_NE(noun, nullptr) << line;
    ExpectTaken(*noun, columns[1]);
    ++count;
  }
  EXPECT_GT(count, 100u);
}

// Two values, as literals, that a field can hold.
std::vector<std::string> ValuesOf(const fql::Field& field) {
  constexpr std::string_view kHex = "0123456789abcdef0123456789abcdef";
  switch (field.kind) {
    case options::v1::FQL_KIND_NUMBER:
      return {"5", "'60'"};
    case options::v1::FQL_KIND_BOOLEAN:
      return {"true", "'false'"};
    case options::v1::FQL_KIND_TIMESTAMP:
      return {"'2025-01-31'",
              "'2025-01-31T10:20'",
              "'2025-01-31T10:20:30'",
              "'2025-01-31T10:20:30.5Z'",
              "'now-15m'",
              "'now-1h'",
              "'now-2w'",
              "now-7d"};
    case options::v1::FQL_KIND_EPOCH_SECONDS:
      return {"1767225600", "'1767225600'", "'2026-01-01'", "'2026-01-01T00:00:00Z'", "'now-15m'"};
    default:
      break;
  }
  const std::string_view last = fql::LastLevel(field.name);
  if (fql::HoldsDeviceIds(field.name))
    return {StrCat("'", kHex, "'"), StrCat("'", kHex, "_", kHex, "'")};
  if (field.name == "cve.id") return {"'CVE-2021-44228'", "'CVE-2024-38063'"};
  if (last == "composite_id") return {StrCat("'", kHex, ":ind:", kHex, ":1-2'"), "'a:b:c'"};
  std::vector<std::string> values = {"'Zqxjkvbw'", R"('it\'s C:\\x')", "12345"};
  for (const std::string& word : field.values) values.push_back(StrCat("'", word, "'"));
  return values;
}

std::vector<std::string> FiltersOn(const fql::Field& field) {
  std::vector<std::string> filters;
  const auto add = [&](std::string_view condition) {
    filters.push_back(StrCat(field.name, ":", condition));
  };
  const std::vector<std::string> values = ValuesOf(field);
  for (const std::string& value : values) {
    const std::string list = StrCat("[", value, " , ", values.front(), "]");
    if (field.equality) add(value);
    if (field.equality) add(StrCat(" [", value, "]"));
    if (field.equality) add(list);
    if (field.equality && field.negation) add(StrCat("!", value));
    if (field.equality && field.negation) add(StrCat("!", list));
    if (field.ordered) add(StrCat(">=", value));
    if (field.ordered) add(StrCat("<", value));
    if (field.text_match && value.starts_with("'") && value != "''") add(StrCat("~", value));
  }
  if (field.equality) add("null");
  if (field.equality && field.negation) add("!null");
  if (field.wildcard != options::v1::WILDCARD_UNSPECIFIED) {
    for (const std::string_view star :
         {"'12*'", "'*12*'", "*'12*'", "*'*12*'", "~*'*12*'", "['12*','*3']", "*['12*','*3']"}) {
      add(star);
    }
    if (field.negation) add("!'*12*'");
    if (field.negation) add("!*'*12*'");
    if (field.negation) add(StrCat("!['12*',", values.front(), "]"));
  }
  return filters;
}

TEST(FiltersTest, TakesOnEveryFieldWhatItsKindAllows) {
  size_t count = 0;
  for (const FilteredNoun& noun : Nouns().all()) {
    for (const auto& [name, field] : noun.catalogue->fields()) {
      if (!field.filterable) continue;
      const std::vector<std::string> filters = FiltersOn(field);
      for (const std::string& filter : filters) {
        ExpectTaken(noun, filter);
        ++count;
      }
      if (filters.empty()) continue;
      ExpectTaken(noun, StrCat(" ( ", filters.back(), " + ( ", filters.front(), " , ",
                               filters.back(), " ) ) "));
    }
  }
  EXPECT_GT(count, 1000u);
}

TEST(FiltersTest, PassesWordsThatAreNewToItWithANote) {
  for (const FilteredNoun& noun : Nouns().all()) {
    for (const auto& [name, field] : noun.catalogue->fields()) {
      if (field.values.empty() || !field.filterable || !field.equality) continue;
      const auto checked = noun.Check(StrCat(name, ":'Zqxjkvbw'"));
      ASSERT_TRUE(checked.ok()) << noun.name << " " << name;
      ASSERT_EQ(checked->notes.size(), 1u) << noun.name << " " << name;
      EXPECT_EQ(checked->notes[0].reason, "UNKNOWN_WORD");
      EXPECT_EQ(checked->notes[0].field, name);
      EXPECT_THAT(checked->notes[0].message, ::testing::HasSubstr("'Zqxjkvbw'"));
    }
  }
}

// What stands in a message behind "; write ", and what "nearest" names in the place of the field.
std::vector<std::string> AdviceIn(const std::string& message, const std::string& filter) {
  std::vector<std::string> advice;
  if (const size_t at = message.find("; write "); at != message.npos) {
    const std::string written = message.substr(at + 8);
    const bool value = written.starts_with("'");
    advice.push_back(value ? StrCat(filter.substr(0, filter.find(':') + 1), written) : written);
  }
  const size_t at = message.find("; nearest: `");
  if (message.find("unknown field") != message.npos && at != message.npos) {
    const std::string rest = message.substr(at + 12);
    advice.push_back(StrCat(rest.substr(0, rest.find('`')), filter.substr(filter.find(':'))));
  }
  return advice;
}

// What is advised of a filter with one condition passes, as it is or with a correction of its own.
// Returns whether there was any.
bool ExpectAdvicePasses(const FilteredNoun& noun, const std::string& filter) {
  const auto checked = noun.Check(filter);
  if (checked.ok()) return false;
  const auto facts = Metadata(checked.status());
  const auto corrected = facts.find(std::string(kCorrectedFilter));
  bool advised = corrected != facts.end();
  if (advised) {
    EXPECT_TRUE(noun.Check(corrected->second).ok())
        << noun.name << " " << filter << " -> " << corrected->second;
    EXPECT_NE(corrected->second, filter);
  }
  for (const FieldViolation& violation : Violations(checked.status())) {
    for (const std::string& advice : AdviceIn(violation.description, filter)) {
      const auto tried = noun.Check(advice);
      const bool passes = tried.ok() || Metadata(tried.status()).contains("corrected_filter");
      EXPECT_TRUE(passes) << noun.name << " " << filter << ": " << violation.description;
      advised = true;
    }
  }
  return advised;
}

std::vector<std::string> MistakesIn(const std::string& text) {
  std::vector<std::string> mistakes = {StrCat(text, "x"), StrCat("host_info.", text),
                                       StrCat(text, ".raw"), text.substr(1),
                                       text.substr(0, text.size() / 2)};
  const size_t middle = text.size() / 2;
  mistakes.push_back(StrCat(text.substr(0, middle), text.substr(middle + 1)));
  mistakes.push_back(StrCat(text.substr(0, middle), text.substr(middle, 1), text.substr(middle)));
  std::string upper = text;
  for (char& c : upper) c = absl::ascii_toupper(static_cast<unsigned char>(c));
  mistakes.push_back(upper);
  std::string bare = text;
  std::erase_if(bare, [](char c) { return c == '_' || c == ' '; });
  mistakes.push_back(bare);
  return mistakes;
}

TEST(FiltersTest, AdvisesOnlyWhatItTakes) {
  size_t advised = 0;
  for (const FilteredNoun& noun : Nouns().all()) {
    for (const auto& [name, field] : noun.catalogue->fields()) {
      const std::string value = ValuesOf(field).front();
      for (const std::string& wrong : MistakesIn(name)) {
        advised += ExpectAdvicePasses(noun, StrCat(wrong, ":", value)) ? 1 : 0;
      }
      for (const std::string& word : field.values) {
        for (const std::string& wrong : MistakesIn(word.empty() ? "none" : word)) {
          advised += ExpectAdvicePasses(noun, StrCat(name, ":['", wrong, "',null]")) ? 1 : 0;
        }
      }
      for (const std::string_view condition :
           {"~'x*y'", "*'x'", "''", "'*x*'", ">'x'", "true", "'TRUE'", "'NOW-7D'", "'now-1M'",
            "!~'x'", "'2025-01-31 10:20'", "'High'", "'ABCDEF6789abcdef0123456789abcdef'"}) {
        advised += ExpectAdvicePasses(noun, StrCat(name, ":", condition)) ? 1 : 0;
      }
    }
  }
  EXPECT_GT(advised, 1000u);
}

}  // namespace
}  // namespace falcon

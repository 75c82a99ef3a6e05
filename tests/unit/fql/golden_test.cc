// The golden file: filters as people and models write them, and what the gateway makes of them.
// Reviewed as an API. FALCON_UPDATE_GOLDEN=1 writes what the code says now into the file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/host_record.pb.h"
#include "fql/catalogue.h"
#include "fql/catalogue_check.h"
#include "fql/parser.h"

namespace falcon::fql {
namespace {

constexpr char kPath[] = FALCON_TEST_DATA "/fql_golden.txt";

std::string Refusal(const absl::Status& status) {
  std::string lines;
  for (const FieldViolation& violation : Violations(status)) {
    lines += "  ! " + violation.description + "\n";
  }
  return lines;
}

// `catalogue` is null where only the parser is asked.
std::string Answer(const std::string& filter, const Catalogue* catalogue) {
  const auto parsed = Parse(filter);
  if (!parsed.ok()) return Refusal(parsed.status());
  if (catalogue != nullptr) {
    const auto checked = CheckFilter(*parsed, {.catalogue = *catalogue});
    if (!checked.ok()) return Refusal(checked.status());
    std::string answer = "  = " + checked->expression.Text() + "\n";
    for (const FilterNote& note : checked->notes) answer += "  note: " + note.message + "\n";
    return answer;
  }
  return "  = " + parsed->Text() + "\n";
}

TEST(Golden, EveryFilterIsAnsweredAsTheFileSays) {
  const Catalogue detections(v1::Detection::descriptor());
  const Catalogue hosts(v1::Host::descriptor());
  const std::map<std::string, const Catalogue*> sections = {
      {"[syntax]", nullptr}, {"[detections]", &detections}, {"[hosts]", &hosts}};
  std::ifstream file(kPath);
  ASSERT_TRUE(file.is_open()) << kPath;
  std::string recorded, expected, line;
  const Catalogue* catalogue = nullptr;
  while (std::getline(file, line)) {
    recorded += line + "\n";
    if (line.starts_with("  ")) continue;
    expected += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    if (sections.contains(line)) {
      catalogue = sections.at(line);
    } else {
      expected += Answer(line, catalogue);
    }
  }
  if (std::getenv("FALCON_UPDATE_GOLDEN") != nullptr) std::ofstream(kPath) << expected;
  EXPECT_EQ(recorded, expected);
}

}  // namespace
}  // namespace falcon::fql

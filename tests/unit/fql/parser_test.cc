// The parser, case by case and against golden output.
#include "fql/parser.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/host_record.pb.h"
#include "fql/catalogue.h"
#include "fql/catalogue_check.h"
#include "tests/support/status_matchers.h"

namespace falcon::fql {
namespace {

using testing::FailsWith;
using testing::IsOk;

std::string Reprinted(std::string_view text) {
  const auto parsed = Parse(text);
  return parsed.ok() ? parsed->Text() : std::string(parsed.status().message());
}

std::string Problem(std::string_view text, const ParseLimits& limits = {}) {
  const auto parsed = Parse(text, "filter", limits);
  return parsed.ok() ? "accepted" : std::string(parsed.status().message());
}

TEST(Parser, PrintsTextThatParsesToTheSameTree) {
  constexpr std::string_view kTexts =
      "a:'b'|a:!'b'|a:>1|a:>=1.5|a:<-2|a:<=1e3|a:~'b c'|a:!~'b'|a:*'b*'|a:!*'*b'|a:null|a:!null|"
      "a:true|a:false|a:['b']|a:!['b','c']|a:[1,'2',null,true]|a:''|a:'it\\'s \\\\ here'|"
      "a:'(x),y+z'|a:'1'+b:'2'|a:'1',b:'2'|a:'1'+(b:'2',c:'3')|a:'1',(b:'2'+c:'3')|"
      "(a:'1'+(b:'2',(c:'3'+d:'4'))),e:'5'|a.b-c.d_1:'x'|a:'\xC3\xA4\xF0\x9F\x90\x9D'";
  for (const std::string& text : std::vector<std::string>(absl::StrSplit(ToAbsl(kTexts), '|'))) {
    const auto parsed = Parse(text);
    ASSERT_THAT(parsed, IsOk()) << text;
    const auto again = Parse(parsed->Text());
    ASSERT_THAT(again, IsOk()) << parsed->Text();
    EXPECT_EQ(*again, *parsed) << text;
    EXPECT_EQ(again->Text(), parsed->Text());
  }
}

TEST(Parser, ReadsBlankTextAsNoFilter) {
  for (const std::string_view text : {"", " ", "    "}) {
    const auto parsed = Parse(text);
    ASSERT_THAT(parsed, IsOk());
    EXPECT_TRUE(parsed->empty());
    EXPECT_EQ(parsed->Text(), "");
  }
}

TEST(Parser, BindsPlusTighterThanComma) {
  EXPECT_EQ(Reprinted("a:1,b:2+c:3"), "a:1,(b:2+c:3)");
  EXPECT_EQ(Reprinted("a:1+b:2,c:3+d:4"), "(a:1+b:2),(c:3+d:4)");
}

TEST(Parser, DropsParenthesesThatChangeNothing) {
  EXPECT_EQ(Reprinted("((a:1))"), "a:1");
  EXPECT_EQ(Reprinted("(a:1+b:2)+c:3"), "a:1+b:2+c:3");
  EXPECT_EQ(Reprinted("(a:1,b:2),c:3"), "a:1,b:2,c:3");
}

TEST(Parser, KeepsThePositionOfEachCondition) {
  const auto parsed = Parse(" a:'1' + (bc:'2')");
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->parts()[0].condition().position, 1);
  EXPECT_EQ(parsed->parts()[1].condition().position, 10);
}

TEST(Parser, TellsTextFromNumbersTruthAndNull) {
  const auto parsed = Parse("a:[null,true,7,-7.25,'7','true',word,007,1.2.3.4]");
  ASSERT_THAT(parsed, IsOk());
  const std::vector<Value> expected = {
      Null{},
      true,
      Number{"7"},
      Number{"-7.25"},
      std::string("7"),
      std::string("true"),
      std::string("word"),
      std::string("007"),
      std::string("1.2.3.4"),
  };
  EXPECT_EQ(parsed->condition().values, expected);
}

TEST(Parser, KeepsAnExponentApartFromTheNextCondition) {
  EXPECT_EQ(Reprinted("a:1e+5"), "a:1e+5");
  EXPECT_EQ(Reprinted("a:1+b:2"), "a:1+b:2");
  EXPECT_EQ(Reprinted("a:1e+b:2"), "a:'1e'+b:2");
}

TEST(Parser, RefusesControlCharactersWhereverTheyStand) {
  for (const char c : std::string("\0\x01\t\n\r\x1F\x7F", 7)) {
    const std::string text = std::string("a:'x") + c + "y'";
    EXPECT_EQ(Problem(text).find("filter: at byte 4: control character"), 0u) << Problem(text);
    EXPECT_NE(Problem(std::string("a:'x'+") + c + "b:'y'"), "accepted");
  }
}

TEST(Parser, NamesTheRequestFieldInItsErrors) {
  const auto parsed = Parse("a", "having");
  EXPECT_THAT(parsed, FailsWith(absl::StatusCode::kInvalidArgument, "FQL_INVALID"));
  ASSERT_EQ(Violations(parsed.status()).size(), 1u);
  EXPECT_EQ(Violations(parsed.status())[0].field, "having");
}

TEST(Parser, CountsConditionsListValuesAndDepth) {
  std::string twenty = "a:1";
  for (int i = 1; i < 20; ++i) twenty += "+a:1";
  EXPECT_THAT(Parse(twenty), IsOk());
  EXPECT_NE(Problem(twenty + ",a:1").find("more than 20 conditions"), std::string::npos);

  const ParseLimits three{.max_list_values = 3};
  EXPECT_EQ(Problem("a:[1,2,3]", three), "accepted");
  EXPECT_NE(Problem("a:[1,2,3,4]", three).find("more than 3 values"), std::string::npos);

  const std::string deepest = std::string(16, '(') + "a:1" + std::string(16, ')');
  EXPECT_THAT(Parse(deepest), IsOk());
  EXPECT_NE(Problem("(" + deepest + ")").find("nest deeper than 16"), std::string::npos);
}

TEST(Parser, RefusesHugeAndDeepTextAtOnce) {
  const auto start = std::chrono::steady_clock::now();
  const std::string huge = "a:'" + std::string(2 << 20, 'x') + "'";
  EXPECT_NE(Problem(huge).find("is 2097156 bytes long; at most 8192"), std::string::npos);
  EXPECT_NE(Problem(std::string(10'000, '(')).find("at most 8192"), std::string::npos);
  const ParseLimits roomy{.max_bytes = 4 << 20};
  EXPECT_NE(Problem(std::string(1 << 20, '('), roomy).find("nest deeper"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

TEST(Parser, KeepsItsErrorsShort) {
  for (const std::string& text :
       {std::string(8000, 'a') + "='x'", "a=" + std::string(8000, 'x'),
        "a:" + std::string(8000, '='), "a:'x'" + std::string(8000, 'y'),
        "!" + std::string(8000, 'a'), std::string(8000, 'a') + " in (1)"}) {
    EXPECT_LT(Problem(text).size(), 400u) << Problem(text);
  }
}

TEST(Parser, NeverAcceptsAnUnbalancedQuoteOrBracket) {
  for (const std::string_view text :
       {"a:'", "a:'x", "a:x'", "a:\"x'", "a:'x\"", "a:'x\\'", "a:'x\\", "a:['x'", "a:'x']", "a:['x",
        "(a:'x'", "a:'x')", "((a:'x')", "a:'x'(b:'y')", "a:'it's'", "a:'x''y'"}) {
    EXPECT_NE(Problem(text), "accepted") << text;
  }
}

TEST(Expression, MeansNoFilterWhenEmpty) {
  EXPECT_TRUE(Expression().empty());
  EXPECT_TRUE(Expression::And({Expression(), Expression()}).empty());
  const Expression one = Expression::Of({.field = "a", .values = {Null{}}});
  EXPECT_EQ(Expression::And({Expression(), one}), one);
  EXPECT_TRUE(Expression::Or({one, Expression()}).empty()) << "everything, or something";
}

TEST(Expression, EscapesBackslashesAndQuotesSoThatNoValueEndsItsQuotes) {
  for (const std::string value : {"'", "\\", "\\'", "'\\", "\\\\'", "'),x:('", "' + a:'b",
                                  "x',b:!'", "]", "%27", "\"", "C:\\Windows\\", "*", "a\nb"}) {
    const Expression built =
        Expression::And({Expression::Of({.field = "a", .values = {value}}),
                         Expression::Of({.field = "b", .values = {value, value}})});
    if (value.find('\n') != std::string::npos) continue;  // the compiler refuses those
    const auto parsed = Parse(built.Text());
    ASSERT_THAT(parsed, IsOk()) << built.Text();
    EXPECT_EQ(*parsed, built) << built.Text();
  }
}

TEST(Expression, PrintsSeveralValuesAsAList) {
  const Expression built =
      Expression::Of({.field = "a", .op = Operator::kNotEqual, .values = {Number{"1"}, false}});
  EXPECT_EQ(built.Text(), "a:![1,false]");
}

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

// The catalogue: what it reads from descriptors, every operator on every kind of field, and orders.
#include "fql/catalogue.h"

#include <gtest/gtest.h>

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/host_record.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "fql/catalogue_check.h"
#include "fql/parser.h"
#include "sample.pb.h"
#include "tests/support/status_matchers.h"

namespace falcon::fql {
namespace {

using testing::FailsWith;
using testing::IsOk;

class CatalogueTest : public ::testing::Test {
 protected:
  // "ok", or the violations, one a line.
  std::string Check(std::string_view filter) const {
    const auto parsed = Parse(filter);
    if (!parsed.ok()) return std::string(parsed.status().message());
    const absl::Status status = sample_.Check(*parsed, "filter");
    if (status.ok()) return "ok";
    std::string lines;
    for (const FieldViolation& violation : Violations(status))
      lines += violation.description + "\n";
    return lines;
  }

  std::string Ordered(std::string_view order_by) const {
    const auto order = sample_.ParseOrder(order_by);
    if (!order.ok()) return std::string(order.status().message());
    return order->has_value() ? (*order)->Text() : "none";
  }

  const Catalogue sample_{sample::Record::descriptor()};
};

TEST_F(CatalogueTest, NamesFieldsByTheirJsonPath) {
  for (const std::string_view name :
       {"exact", "device.hostname", "device.isV6", "device.again.hostname", "parts.hostname",
        "other.name", "hidden"}) {
    EXPECT_NE(sample_.Find(name), nullptr) << name;
  }
}

TEST_F(CatalogueTest, LeavesOutWhatHasNoOptionAndWhatIsNoField) {
  for (const std::string_view name : {"unlisted", "device", "parts", "renamed", "device.is_v6",
                                      "ignored", "ignored.key", "anything", "created.seconds"}) {
    EXPECT_EQ(sample_.Find(name), nullptr) << name;
  }
}

TEST_F(CatalogueTest, EndsAMessageThatHoldsItself) { EXPECT_LT(sample_.fields().size(), 60u); }

TEST_F(CatalogueTest, ReadsKindsFromTypesUnlessTheOptionSaysOtherwise) {
  EXPECT_EQ(sample_.Find("exact")->kind, options::v1::FQL_KIND_STRING);
  EXPECT_EQ(sample_.Find("grade")->kind, options::v1::FQL_KIND_STRING);
  EXPECT_EQ(sample_.Find("score")->kind, options::v1::FQL_KIND_NUMBER);
  EXPECT_EQ(sample_.Find("weight")->kind, options::v1::FQL_KIND_NUMBER);
  EXPECT_EQ(sample_.Find("process")->kind, options::v1::FQL_KIND_NUMBER);
  EXPECT_EQ(sample_.Find("hidden")->kind, options::v1::FQL_KIND_NUMBER);
  EXPECT_EQ(sample_.Find("shown")->kind, options::v1::FQL_KIND_BOOLEAN);
  EXPECT_EQ(sample_.Find("created")->kind, options::v1::FQL_KIND_TIMESTAMP);
  EXPECT_TRUE(sample_.Find("labels")->array);
  EXPECT_TRUE(sample_.Find("parts.hostname")->array);
  EXPECT_FALSE(sample_.Find("device.hostname")->array);
}

TEST_F(CatalogueTest, WordUsesFalconsVocabulary) {
  const auto* grade = sample::Grade_descriptor();
  EXPECT_EQ(sample_.Word("grade", grade->FindValueByName("GRADE_VERY_HIGH")), "Very High");
  EXPECT_EQ(sample_.Word("plain_grade", grade->FindValueByName("GRADE_VERY_HIGH")), "very_high");
  EXPECT_EQ(sample_.Word("exact", grade->FindValueByName("GRADE_LOW")), "low");
  EXPECT_EQ(sample_.Find("plain_grade")->values,
            (std::vector<std::string>{"low", "high", "very_high"}));

  const Catalogue detections(v1::Detection::descriptor());
  EXPECT_EQ(detections.Word("severity_name",
                            v1::Severity_descriptor()->FindValueByNumber(v1::SEVERITY_HIGH)),
            "High");
  EXPECT_EQ(detections.Word("status", v1::DetectionStatus_descriptor()->FindValueByNumber(
                                          v1::DETECTION_STATUS_IN_PROGRESS)),
            "in_progress");
  const Catalogue hosts(v1::Host::descriptor());
  EXPECT_EQ(hosts.Word("product_type_desc", v1::ProductType_descriptor()->FindValueByNumber(
                                                v1::PRODUCT_TYPE_DOMAIN_CONTROLLER)),
            "Domain Controller");
}

// One row a sort of field, one column an operator: does it work? The values suit the field.
struct Row {
  std::string_view field;
  std::string_view value;
  // In the order of kOperators.
  std::string_view works;
};
constexpr std::string_view kOperators[] = {"", "!", ">", ">=", "<", "<=", "~", "!~", "*", "!*"};
constexpr Row kRows[] = {
    {"exact", "'x'", "++--------"},        {"anywhere", "'x'", "++----++--"},
    {"anywhere", "'*x*'", "++----++++"},   {"anywhere", "'*'", "++------++"},
    {"ends", "'x'", "++----++--"},         {"ends", "'x*'", "++----++++"},
    {"ends", "'*x'", "++----++++"},        {"ends", "'*x*'", "++----++++"},
    {"ends", "'x*y'", "++------++"},       {"ends", "'*'", "++------++"},
    {"pattern", "'x'", "++--------"},      {"pattern", "'x*y'", "++------++"},
    {"pattern", "'*'", "++------++"},      {"address", "'10.0.0.1'", "++++++----"},
    {"address", "'10.*'", "----------"},   {"labels", "'x'", "++--------"},
    {"labels", "'x*'", "----------"},      {"labels", "['x','y']", "++--------"},
    {"exact", "['x','y']", "++--------"},  {"anywhere", "['x*']", "++----++++"},
    {"fixed", "['x','y']", "+---------"},  {"pattern", "['x','y*']", "++--------"},
    {"score", "7", "++++++----"},          {"score", "'7'", "++++++----"},
    {"score", "'7*'", "----------"},       {"score", "[1,2]", "++--------"},
    {"score", "'x'", "----------"},        {"score", "true", "----------"},
    {"process", "7", "++++++----"},        {"process", "'7*'", "++------++"},
    {"weight", "-7.5", "++++++----"},      {"shown", "true", "++--------"},
    {"shown", "'true'", "++--------"},     {"shown", "[true]", "++--------"},
    {"shown", "'True'", "----------"},     {"created", "'2025-01-31T10:20'", "++++++----"},
    {"created", "'now-7d'", "++++++----"}, {"created", "['now']", "++--------"},
    {"created", "'2025*'", "----------"},  {"created", "7", "----------"},
    {"grade", "'High'", "++--------"},     {"grade", "'high'", "----------"},
    {"grade", "'Hihg'", "----------"},     {"grade", "'Severe'", "++--------"},
    {"exact", "null", "++--------"},       {"created", "null", "++--------"},
    {"exact", "7", "++--------"},          {"exact", "true", "----------"},
    {"exact", "''", "-+--------"},         {"mode", "''", "++--------"},
    {"hidden", "7", "++++++----"},         {"device.hostname", "'x*'", "++----++++"},
};

TEST_F(CatalogueTest, AllowsOnEachKindTheOperatorsThatWorkOnIt) {
  for (const Row& row : kRows) {
    for (size_t i = 0; i < std::size(kOperators); ++i) {
      const std::string filter =
          std::string(row.field) + ":" + std::string(kOperators[i]) + std::string(row.value);
      const std::string answer = Check(filter);
      EXPECT_EQ(answer == "ok", row.works[i] == '+') << filter << " -> " << answer;
    }
  }
}

TEST_F(CatalogueTest, NamesThePositionAndTheNearestField) {
  EXPECT_EQ(Check("exact:'x'+exackt:'x'"),
            "at byte 10: unknown field `exackt`; nearest: `exact`\n");
  EXPECT_EQ(Check("EXACT:'x'"), "at byte 0: unknown field `EXACT`; nearest: `exact`\n");
  EXPECT_EQ(Check("hostname:'x'"),
            "at byte 0: unknown field `hostname`; nearest: `parts.hostname`\n");
}

TEST_F(CatalogueTest, ReportsEveryConditionButNoMoreThanTwentyViolations) {
  EXPECT_EQ(Check("q1:'x'+(score:'x',grade:['low','high'])+exact:'x'"),
            "at byte 0: unknown field `q1`; FILTER_CHECK_SYNTAX_ONLY would pass it on\n"
            "at byte 8: `score` is a number, not 'x'\n"
            "at byte 18: `grade` minds case: write 'Low', not 'low'\n"
            "at byte 18: `grade` minds case: write 'High', not 'high'\n");
  std::string many = "score:['x0'";
  for (int i = 1; i < 100; ++i) many += ",'x" + std::to_string(i) + "'";
  const auto parsed = Parse(many + "]");
  ASSERT_THAT(parsed, IsOk());
  const absl::Status status = sample_.Check(*parsed, "filter");
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "FQL_INVALID"));
  EXPECT_EQ(Violations(status).size(), 20u);
}

TEST_F(CatalogueTest, NamesNoPositionInWhatWasBuilt) {
  const Expression built = Expression::Of({.field = "score", .values = {std::string("x")}});
  const absl::Status status = sample_.Check(built, "min_score");
  EXPECT_EQ(status.message(), "min_score: `score` is a number, not 'x'");
}

TEST_F(CatalogueTest, GuessesAtNoNameThatIsTooLongForATypo) {
  EXPECT_EQ(Check(std::string(8000, 'a') + ":'x'").find("nearest"), std::string::npos);
}

TEST_F(CatalogueTest, ReadsOrders) {
  EXPECT_EQ(Ordered(""), "none");
  EXPECT_EQ(Ordered("  "), "none");
  EXPECT_EQ(Ordered("score"), "score|asc");
  for (const std::string_view text :
       {"score desc", "score  DESC", " score desc ", "score|desc", "score.desc"}) {
    EXPECT_EQ(Ordered(text), "score|desc") << text;
  }
  EXPECT_EQ(Ordered("score.asc"), "score|asc");
  EXPECT_EQ(Ordered("hidden desc"), "hidden|desc");
}

TEST_F(CatalogueTest, RefusesOrdersThatFalconWould) {
  const std::string sortable =
      "; sortable: `created`, `ends`, `exact`, `hidden`, `score` or `sorted`";
  EXPECT_THAT(sample_.ParseOrder("x"),
              FailsWith(absl::StatusCode::kInvalidArgument, "ORDER_INVALID"));
  EXPECT_EQ(Ordered("scor desc"), "order_by: unknown field `scor`; nearest: `score`");
  EXPECT_EQ(Ordered("address"), "order_by: no list is ordered by `address`" + sortable);
  EXPECT_EQ(Ordered("device.hostname desc"),
            "order_by: no list is ordered by `device.hostname`" + sortable);
  EXPECT_EQ(Ordered("score down"),
            "order_by: unknown direction `down`; write \"asc\" or \"desc\" after the field");
  EXPECT_EQ(Ordered("score,exact"),
            "order_by: names one field, such as \"created_timestamp desc\"; no comma");
  EXPECT_EQ(Ordered("desc"), "order_by: unknown field `desc`" + sortable);
}

TEST_F(CatalogueTest, RefusesTheOperatorsThatAFieldIsWithout) {
  EXPECT_EQ(Check("fixed:'a'"), "ok");
  EXPECT_EQ(Check("fixed:!'a'"), "at byte 0: `fixed` cannot be negated\n");
  EXPECT_EQ(Check("measured:>3"), "ok");
  EXPECT_EQ(Check("measured:3"), "at byte 0: `measured` is compared by > >= < <= only\n");
  EXPECT_EQ(Check("flat:>3"), "at byte 0: `flat` has no order: > >= < <= do not work on it\n");
  EXPECT_EQ(Check("sorted:'a'"), "at byte 0: `sorted` only orders lists; no filter names it\n");
  EXPECT_EQ(Ordered("sorted desc"), "sorted|desc");
}

TEST_F(CatalogueTest, BringsFiltersIntoFalconsSpelling) {
  const std::string hex = "0123456789abcdef0123456789abcdef";
  for (const auto& [given, sent] : std::vector<std::pair<std::string, std::string>>{
           {"bracketed:'a'", "bracketed:['a']"},
           {"bracketed:!'a'", "bracketed:!['a']"},
           {"fixed:['a','b']", "fixed:'a',fixed:'b'"},
           {"exact:7", "exact:'7'"},
           {"shown:'true'", "shown:true"},
           {"shown:[true,'false']", "shown:true,shown:false"},
           {"anywhere:*'*x*'", "anywhere:'*x*'"},
           {"anywhere:!*'x*'", "anywhere:!'x*'"},
           {"anywhere:~'*x*'", "anywhere:~'x'"},
           {"anywhere:~*'*x*'", "anywhere:~*'*x*'"},
           {"ends:'x*'", "ends:'x*'"},
           {"ends:*'x*'", "ends:*'x*'"},
           {"ends:'*x*'", "ends:*'*x*'"},
           {"ends:!'*'", "ends:!*'*'"},
           {"pattern:'x*'", "pattern:*'x*'"},
           {"pattern:['x*','a','b']", "pattern:['a','b'],pattern:*'x*'"},
           {"pattern:!['x*','a']", "pattern:!['a']+pattern:!*'x*'"},
           {"created:>'2025-01-31T10:20'", "created:>'2025-01-31T10:20:00Z'"},
           {"created:>'2025-01-31T10:20+02:00'", "created:>'2025-01-31T10:20:00+02:00'"},
           {"created:>'2025-01-31T10:20:30.5'", "created:>'2025-01-31T10:20:30.5Z'"},
           {"created:['now-1d','now']", "created:'now-1d',created:'now'"},
           {"published:>'2026-01-01'", "published:>1767225600"},
           {"published:>'2026-01-01T02:00:00+02:00'", "published:>1767225600"},
           {"published:<'1767225600'", "published:<1767225600"},
           {"agent_id:'" + hex + "_" + hex + "'", "agent_id:'" + hex + "'"},
           {"exact:NULL", "exact:null"},
           {"hidden:[1]", "hidden:[1]"}}) {
    const auto parsed = Parse(given);
    ASSERT_THAT(parsed, IsOk()) << given;
    const auto checked = CheckFilter(*parsed, {.catalogue = sample_});
    ASSERT_THAT(checked, IsOk()) << given;
    EXPECT_EQ(checked->expression.Text(), sent);
  }
}

TEST_F(CatalogueTest, BoundsTheConditionsThatAListBecomes) {
  std::string list = "fixed:['x0'";
  for (int i = 1; i < 101; ++i) list += ",'x" + std::to_string(i) + "'";
  EXPECT_EQ(Check(list + "]"), "at byte 0: `fixed` takes at most 100 values in a list\n");
}

TEST_F(CatalogueTest, RefusesEpochSecondsWithAFraction) {
  EXPECT_EQ(Check("published:>1767225600+published:<'now-7d'"), "ok");
  EXPECT_EQ(Check("published:>'2026-01-01T00:00:00.5Z'"),
            "at byte 0: `published` is in whole seconds since 1970, such as 1767225600, or "
            "relative, such as 'now-7d'; not '2026-01-01T00:00:00.5Z'\n");
}

TEST_F(CatalogueTest, NotesUnknownWordsOnce) {
  const auto parsed = Parse("grade:['Severe','Low']+grade:!'Severe'");
  ASSERT_THAT(parsed, IsOk());
  const auto checked = CheckFilter(*parsed, {.catalogue = sample_});
  ASSERT_THAT(checked, IsOk());
  ASSERT_EQ(checked->notes.size(), 1u);
  EXPECT_EQ(checked->notes[0].reason, "UNKNOWN_WORD");
  EXPECT_EQ(checked->notes[0].field, "grade");
}

}  // namespace
}  // namespace falcon::fql

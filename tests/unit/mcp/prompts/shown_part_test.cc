// Parts as JSON within their share, and the line that tells how complete they are.
#include "mcp/prompts/shown_part.h"

#include <gmock/gmock.h>

#include "tests/unit/mcp/resources/resource_bench.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ShownParts : public ::testing::Test {
 protected:
  ShownPart Of(const char* noun, const char* verb, const std::string& text) {
    const client::Method& method = client::MethodOf(*bench_.catalog, noun, verb);
    return {method, client::FromText(*bench_.catalog, *method.descriptor->output_type(), text), {}};
  }
  ResourceBench bench_;
};

TEST_F(ShownParts, ListsSayHowManyOfHowMany) {
  ShownPart part = Of("hosts", "list", R"(hosts { device_id: "a" } hosts { device_id: "b" }
                                          total_size: 1416)");
  EXPECT_FALSE(part.empty());
  part.ShowWithin(10'000);
  EXPECT_EQ(part.json(), R"({"hosts":[{"device_id":"a"},{"device_id":"b"}],"returned":2,)"
                         R"("total":1416,"truncated":false})");
  EXPECT_EQ(part.Line("falcon://x"), "2 of 1,416 in falcon://x.");
}

TEST_F(ShownParts, AnUnknownTotalIsNullAndNotMadeUp) {
  ShownPart part = Of("hosts", "list", R"(hosts { device_id: "a" } next_page_token: "t")");
  part.ShowWithin(10'000);
  EXPECT_THAT(part.json(), HasSubstr(R"("total":null)"));
  EXPECT_EQ(part.Line("falcon://x"), "1 of more in falcon://x.");
}

TEST_F(ShownParts, WhatDoesNotFitIsLeftOutWholeAndSaid) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "hosts { device_id: \"" + std::string(100, 'd') + "\" } ";
  ShownPart part = Of("hosts", "batch-get", text);
  part.ShowWithin(2'000);
  EXPECT_LE(part.json().size(), 2'000U);
  const Json json = ReadJson(part.json());
  EXPECT_EQ(json["truncated"], true);
  EXPECT_EQ(json["hosts"].size(), json["returned"]);
  EXPECT_THAT(part.Line("u"), HasSubstr(" of 50 in u. Cut to fit."));
}

TEST_F(ShownParts, MissingOnesAndPartialAnswersAreNoEmptiness) {
  EXPECT_TRUE(Of("hosts", "list", "").empty());
  ShownPart missing = Of("hosts", "batch-get", R"(missing { code: 404 id: "d" })");
  EXPECT_FALSE(missing.empty());
  missing.ShowWithin(4'000);
  EXPECT_THAT(missing.json(), HasSubstr(R"("missing":[{"code":404,"id":"d"}])"));
  EXPECT_THAT(missing.Line("u"), HasSubstr("Not answered for: 1, see `missing`."));
  ShownPart partial =
      Of("hosts", "list", R"(read_info { partial: true errors { code: 500 message: "x" } })");
  EXPECT_FALSE(partial.empty());
  partial.ShowWithin(4'000);
  EXPECT_THAT(partial.json(), HasSubstr(R"("partial":true,"errors":[)"));
  EXPECT_THAT(partial.Line("u"), HasSubstr("did not answer for all"));
}

TEST_F(ShownParts, OneRecordIsAnObject) {
  ShownPart part = Of("hosts", "get", R"(host { device_id: "a" hostname: "A" })");
  EXPECT_FALSE(part.empty());
  part.ShowWithin(4'000);
  EXPECT_EQ(part.json(), R"({"host":{"device_id":"a","hostname":"A"},"truncated":false})");
  EXPECT_EQ(part.Line("u"), "in u.");
}

TEST(SharesOfRoom, GoByWeightsAndWhatOneDoesNotNeedGoesToTheOthers) {
  EXPECT_THAT(Shares({100, 100}, {1, 1}, 1000), ElementsAre(100, 100));
  EXPECT_THAT(Shares({1000, 1000}, {3, 1}, 1000), ElementsAre(750, 250));
  EXPECT_THAT(Shares({1000, 100, 5000}, {1, 1, 1}, 1500), ElementsAre(700, 100, 700));
  EXPECT_THAT(Shares({300, 100, 5000}, {1, 1, 1}, 1500), ElementsAre(300, 100, 1100));
  EXPECT_THAT(Shares({}, {}, 10), ElementsAre());
  EXPECT_THAT(Shares({0, 50}, {0, 1}, 10), ElementsAre(0, 10));
}

}  // namespace
}  // namespace falcon::mcp

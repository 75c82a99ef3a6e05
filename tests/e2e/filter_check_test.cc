// What the check of a filter tells its caller, through the real programs: notes beside the answer,
// a correction beside a refusal, and what a check of the syntax alone lets through.
#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

class FilterCheck : public SharedWorld<FilterCheck> {
 public:
  static WorldOptions Options() { return {{"--alerts", "50", "--hosts", "50"}}; }
};

TEST_F(FilterCheck, UnknownWordsAreAskedForAndNoted) {
  const auto listed =
      Ask(world(), Make<v1::ListHostsRequest>("filter { fql: \"platform_name:'BeOS'\" }"));

  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->hosts_size(), 0);
  ASSERT_EQ(listed->read_info().notes_size(), 1);
  EXPECT_EQ(listed->read_info().notes(0).reason(), "UNKNOWN_WORD");
  EXPECT_EQ(listed->read_info().notes(0).field(), "platform_name");
}

TEST_F(FilterCheck, AggregationsNoteUnknownWordsToo) {
  const auto counted = Ask(world(), Make<v1::AggregateDetectionsRequest>(
                                        "field: 'status' filter { fql: \"product:'toaster'\" }"));

  ASSERT_THAT(counted, IsOk());
  ASSERT_EQ(counted->read_info().notes_size(), 1);
  EXPECT_EQ(counted->read_info().notes(0).field(), "product");
}

TEST_F(FilterCheck, RefusalsBringAFilterThatIsTaken) {
  const auto refused =
      Ask(world(),
          Make<v1::ListHostsRequest>("filter { fql: \"hostnme:*'*' and platform_name:'linux'\" }"));
  ASSERT_THAT(refused, StatusIs(StatusCode::INVALID_ARGUMENT));
  const auto metadata = Details(refused.status).info.metadata();
  ASSERT_TRUE(metadata.contains("corrected_filter"));

  v1::ListHostsRequest again;
  again.mutable_filter()->set_fql(metadata.at("corrected_filter"));
  const auto listed = Ask(world(), again);

  ASSERT_THAT(listed, IsOk());
  EXPECT_GT(listed->hosts_size(), 0);
}

TEST_F(FilterCheck, SyntaxAloneLeavesUnknownFieldsToFalcon) {
  world().ResetLedger();
  const std::string unchecked = "read_options { filter_check: FILTER_CHECK_SYNTAX_ONLY } ";

  Ask(world(), Make<v1::ListHostsRequest>(unchecked + "filter { fql: \"brand_new:'x'\" }"));
  EXPECT_GT(world().Calls(), 0);

  world().ResetLedger();
  const auto broken = Ask(
      world(), Make<v1::ListHostsRequest>(unchecked + "filter { fql: \"brand_new:'x'),(a:'y'\" }"));
  EXPECT_THAT(broken, StatusIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_EQ(world().Calls(), 0);
}

TEST_F(FilterCheck, StarsFindTheSameBeforeTheQuotesAndInside) {
  const auto inside =
      Ask(world(), Make<v1::ListHostsRequest>("filter { fql: \"hostname:'*-*'\" }"));
  const auto before =
      Ask(world(), Make<v1::ListHostsRequest>("filter { fql: \"hostname:*'*-*'\" }"));

  ASSERT_THAT(inside, IsOk());
  ASSERT_THAT(before, IsOk());
  EXPECT_GT(inside->hosts_size(), 0);
  EXPECT_EQ(inside->total_size(), before->total_size());
}

}  // namespace
}  // namespace falcon::e2e

// The fault matrix, rows 13 to 41: what Falcon answers and how it travels. Each row's world is used
// by all.
#include "tests/e2e/fault_row.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

// No state is left behind by these rows, so one world serves them all.
class AnswerFault : public SharedWorld<AnswerFault, testing::TestWithParam<Row>> {
 public:
  static WorldOptions Options() { return {{"--alerts", "300"}}; }
};

TEST_P(AnswerFault, IsSeenAsTheMatrixSays) { Play(world(), GetParam()); }

Json Always(Json more = Json::object()) {
  more["times"] = 0;
  return more;
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, AnswerFault,
    testing::Values(
        Row{.name = "Row13_ScopeIsMissing",
            .faults = {Rule("forbidden", Always())},
            .code = StatusCode::PERMISSION_DENIED,
            .reason = "SCOPE_MISSING",
            .calls = 1,
            .logins = 0,
            .check =
                [](World&, const Seen& seen) {
                  const auto info = Details(seen.status).info;
                  EXPECT_EQ(info.metadata().at("required_scopes"), "Alerts:read");
                  EXPECT_EQ(info.metadata().at("http_status"), "403");
                  EXPECT_FALSE(info.metadata().at("trace_id").empty());
                }},
        Row{.name = "Row14_AddressIsNotAllowed",
            .faults = {Rule("status",
                            Always({{"code", 403}, {"message", "access denied, IP not allowed"}}))},
            .code = StatusCode::PERMISSION_DENIED,
            .reason = "SCOPE_MISSING",  // Falcon's answer does not tell the two causes apart
            .calls = 1,
            .logins = 0,
            .check =
                [](World&, const Seen& seen) {
                  EXPECT_NE(seen.status.error_message().find("IP allow-list"), std::string::npos);
                }},
        Row{.name = "Row20_One500IsRetried",
            .faults = {Rule("status", {{"code", 500}})},
            .calls = 2},
        Row{.name = "Row20_One502IsRetried",
            .faults = {Rule("status", {{"code", 502}})},
            .calls = 2},
        Row{.name = "Row20_Two503AreRetried",
            .faults = {Rule("status", {{"code", 503}, {"times", 2}})},
            .calls = 3},
        Row{.name = "Row20_One504IsRetried",
            .faults = {Rule("status", {{"code", 504}})},
            .calls = 2},
        Row{.name = "Row20_EndlessServerErrorsEndAfterThreeAttempts",
            .faults = {Rule("status", Always({{"code", 503}}))},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_ERROR",
            .calls = 3,
            .check =
                [](World&, const Seen& seen) {
                  EXPECT_EQ(Details(seen.status).info.metadata().at("attempts"), "3");
                  EXPECT_TRUE(Details(seen.status).has_retry);
                }},
        Row{.name = "Row23_BadFilterIsToldWithoutHostileText",
            .faults = {Rule("status",
                            Always({{"code", 400}, {"message", "invalid \x1b[31mfilter\x07"}}))},
            .code = StatusCode::INVALID_ARGUMENT,
            .reason = "FQL_INVALID",
            .calls = 1,
            .check =
                [](World&, const Seen& seen) {
                  EXPECT_EQ(Details(seen.status).info.metadata().at("upstream_text"),
                            R"(invalid \u{001B}[31mfilter\u{0007})");
                  EXPECT_EQ(seen.status.error_message().find("invalid"), std::string::npos);
                }},
        Row{.name = "Row24_UnknownIdIsNotFound",
            .faults = {},
            .act = GetUnknownDetection,
            .code = StatusCode::NOT_FOUND,
            .reason = "NOT_FOUND",
            .calls = 1,
            .recovers = false},
        Row{.name = "Row24_UnknownHostIsNotFound",
            .faults = {},
            .act = GetUnknownHost,
            .code = StatusCode::NOT_FOUND,
            .reason = "NOT_FOUND",
            .calls = 1,
            .recovers = false},
        Row{.name = "Row24_HttpStatus404IsNotFound",
            .faults = {Rule("status", Always({{"code", 404}, {"message", "not found"}}))},
            .act = GetUnknownDetection,
            .code = StatusCode::NOT_FOUND,
            .reason = "NOT_FOUND",
            .calls = 1,
            .recovers = false}),
    NameOf);

void ExpectPartial(World&, const Seen& seen) {
  EXPECT_TRUE(seen.info.partial());
  ASSERT_EQ(seen.info.errors_size(), 1);
  EXPECT_EQ(seen.info.errors(0).code(), 500);
  EXPECT_EQ(seen.info.errors(0).message(), "simulated error");
  EXPECT_FALSE(seen.info.errors(0).id().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Envelopes, AnswerFault,
    testing::Values(
        Row{.name = "Row25_ErrorsBesideResourcesMakeItPartial",
            .faults = {Rule("partial_errors")},
            .calls = 1,
            .check =
                [](World& world, const Seen& seen) {
                  ExpectPartial(world, seen);
                  EXPECT_EQ(seen.records, 4);
                }},
        Row{.name = "Row26_OnlyErrorsCountByTheirCode",
            .faults = {Rule("errors_only", Always({{"code", 403}}))},
            .code = StatusCode::PERMISSION_DENIED,
            .reason = "SCOPE_MISSING",
            .calls = 1},
        Row{.name = "Row26_OnlyAServerErrorIsRetried",
            .faults = {Rule("errors_only", {{"code", 500}})},
            .calls = 2},
        // The failed ids are not asked for again: the caller learns which they are and decides.
        Row{.name = "Row27_MixedStatusMakesItPartial",
            .faults = {Rule("partial_errors", {{"status", 207}, {"path", "/alerts/entities"}})},
            .act = BatchGetDetections,
            .calls = 1,
            .check =
                [](World& world, const Seen& seen) {
                  ExpectPartial(world, seen);
                  EXPECT_EQ(seen.records, 2);
                }},
        // Passed by a re-seek rather than ABORTED, where the order allows it.
        Row{.name = "Row29_DeadAfterCursorIsPassedByReSeek",
            .faults = {},
            .act = SecondPageOfDetections,
            .calls = 2,
            .check = [](World&, const Seen& seen) { EXPECT_GT(seen.info.upstream_calls(), 1); }},
        Row{.name = "Row28_DeadOffsetCursorIsPassedByReSeek",
            .faults = {},
            .act = SecondPageOfHostsBySeek,
            .calls = 2},
        Row{.name = "Row28_DeadCursorOfAnotherOrderIsAborted",
            .faults = {},
            .act = SecondPageOfHosts,
            .code = StatusCode::ABORTED,
            .reason = "CURSOR_EXPIRED",
            .calls = 1,
            .recovers = false},
        Row{.name = "Row31_RecordsThatComeAndGoDoNotBreakAnExport",
            .faults = {Rule("mutate", Always({{"add", 3}, {"remove", 3}, {"change", 3}}))},
            .act = ExportAll},
        Row{.name = "Row32_RepeatedCursorIsDataLoss",
            .faults = {Rule("repeated_cursor", Always())},
            .act = ExportAll,
            .code = StatusCode::DATA_LOSS,
            .reason = "CURSOR_LOOP"},
        Row{.name = "Row32_EmptyPagesWithANextOneAreDataLoss",
            .faults = {Rule("empty_page", Always())},
            .act = ExportAll,
            .code = StatusCode::DATA_LOSS,
            .reason = "CURSOR_LOOP",
            .calls = 3},
        Row{.name = "Row32_OneEmptyPageWithANextOneIsPassed",
            .faults = {Rule("empty_page")},
            .act = ListDetections},
        Row{.name = "Row32_ShrinkingTotalIsNoEnd",
            .faults = {Rule("shrinking_total", Always())},
            .act = ExportAll,
            .check =
                [](World& world, const Seen& seen) {
                  world.ClearFaults();
                  EXPECT_EQ(seen.records, ExportAll(world, kGenerous).records);
                }}),
    NameOf);

}  // namespace
}  // namespace falcon::e2e

// The fault matrix, rows 35 to 41 and 48: bodies that are broken, and connections that break.
#include "tests/e2e/calls/detections.h"
#include "tests/e2e/export.h"
#include "tests/e2e/fault_row.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

using grpc::StatusCode;

class BodyFault : public SharedWorld<BodyFault, testing::TestWithParam<Row>> {
 public:
  static WorldOptions Options() { return {{"--alerts", "300"}}; }
};

TEST_P(BodyFault, IsSeenAsTheMatrixSays) { Play(world(), GetParam()); }

Json Always(Json more = Json::object()) {
  more["times"] = 0;
  return more;
}

void ExpectFiveRecords(World&, const Seen& seen) { EXPECT_EQ(seen.records, 5); }

void ExpectSkipped(World&, const Seen& seen) {
  EXPECT_EQ(seen.records, 5);
  EXPECT_GT(seen.info.skipped_values(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Json, BodyFault,
    testing::Values(
        Row{.name = "Row35_MalformedJsonIsAskedAgain",
            .faults = {Rule("malformed_json")},
            .calls = 2},
        // UNAVAILABLE, not INTERNAL: a truncated answer may well be whole next time.
        Row{.name = "Row35_MalformedJsonTwiceIsUnavailable",
            .faults = {Rule("malformed_json", Always())},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_MALFORMED",
            .calls = 2},
        // UNAVAILABLE after one retry, not INTERNAL at once: no parser of ours tells deep from
        // broken.
        Row{.name = "Row36_DeepJsonIsUnavailable",
            .faults = {Rule("deep_json", Always({{"depth", 100'000}}))},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_MALFORMED",
            .calls = 2},
        Row{.name = "Row36_DuplicateKeysLoseNoRecord",
            .faults = {Rule("duplicate_keys", Always())},
            .calls = 1,
            .check = ExpectFiveRecords},
        Row{.name = "Row36_BadUtf8LosesNoRecord",
            .faults = {Rule("bad_utf8", Always())},
            .calls = 1,
            .check = ExpectFiveRecords},
        // OK with a count, not INTERNAL: one bad field never loses a record.
        Row{.name = "Row36_WrongTypesAreSkippedAndCounted",
            .faults = {Rule("wrong_types", Always())},
            .calls = 1,
            .check = ExpectSkipped},
        Row{.name = "Row36_WrongEnvelopeTypesLoseNoRecord",
            .faults = {Rule("wrong_types", Always({{"where", "envelope"}}))},
            .calls = 1,
            .check = ExpectFiveRecords},
        Row{.name = "Row36_NullResourcesAreAnEmptyAnswer",
            .faults = {Rule("null_resources", Always())},
            .act =
                [](World& world, milliseconds deadline) {
                  const auto answer = Ask(
                      world, Make<v1::ListDetectionsRequest>("filter { hostname: 'no-such-host' }"),
                      deadline);
                  return Seen{answer.status, answer->read_info(), answer->detections_size(), {}};
                },
            .calls = 1},
        Row{.name = "Row36_HugeNumbersLoseNoRecord",
            .faults = {Rule("huge_numbers", Always())},
            .calls = 1,
            .check = ExpectFiveRecords},
        Row{.name = "Row37_OneLoginPageIsAskedAgain",
            .faults = {Rule("html", {{"code", 200}})},
            .calls = 2},
        Row{.name = "Row37_LoginPagesNameTheProxy",
            .faults = {Rule("html", Always({{"code", 200}}))},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_PROXY",
            .calls = 2,
            .check =
                [](World&, const Seen& seen) {
                  EXPECT_EQ(seen.status.error_message().find("<h1>"), std::string::npos);
                }},
        Row{.name = "Row37_HtmlServerErrorsAreServerErrorsThatQuoteThePage",
            .faults = {Rule("html", Always({{"code", 502}}))},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_ERROR",
            .calls = 3,
            .check =
                [](World&, const Seen& seen) {
                  EXPECT_NE(seen.status.error_message().find("a page came"), std::string::npos);
                }},
        Row{.name = "Row37_HtmlRefusalsAreRefusalsByAPage",
            .faults = {Rule("html", Always({{"code", 403}}))},
            .code = StatusCode::PERMISSION_DENIED,
            .reason = "UPSTREAM_PROXY",
            .calls = 1},
        Row{.name = "Row38_MissingContentTypeDoesNotMatter",
            .faults = {Rule("content_type", Always())},
            .calls = 1,
            .check = ExpectFiveRecords},
        Row{.name = "Row38_WrongContentTypeDoesNotMatter",
            .faults = {Rule("content_type", Always({{"value", "text/plain"}}))},
            .calls = 1,
            .check = ExpectFiveRecords}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Connections, BodyFault,
    testing::Values(
        Row{.name = "Row39_ResetBeforeTheFirstByteIsRetried", .faults = {Rule("reset")}},
        // More calls than attempts reach the wire: curl itself asks again on a kept connection.
        Row{.name = "Row39_EndlessResetsAreUnavailable",
            .faults = {Rule("reset", Always())},
            .code = StatusCode::UNAVAILABLE,
            .reason = "UPSTREAM_CONNECTION"},
        Row{.name = "Row40_ResetInTheBodyIsRetried",
            .faults = {Rule("reset_mid_body")},
            .calls = 2,
            .check = ExpectFiveRecords},
        Row{.name = "Row40_CutBodyIsRetried",
            .faults = {Rule("truncate")},
            .calls = 2,
            .check = ExpectFiveRecords},
        Row{.name = "Row40_CutChunkedBodyIsRetried",
            .faults = {Rule("truncate", {{"framing", "chunked"}})},
            .calls = 2,
            .check = ExpectFiveRecords},
        Row{.name = "Row41_StallBeforeTheBodyMeetsTheDeadline",
            .faults = {Rule("stall", Always())},
            .code = StatusCode::DEADLINE_EXCEEDED,
            .reason = kAnyReason,
            .calls = 1,
            .deadline = seconds(1)},
        Row{.name = "Row41_StallInTheBodyMeetsTheDeadline",
            .faults = {Rule("stall_mid_body", Always())},
            .code = StatusCode::DEADLINE_EXCEEDED,
            .reason = kAnyReason,
            .calls = 1,
            .deadline = seconds(1)},
        Row{.name = "Row41_TrickleMeetsTheDeadline",
            .faults = {Rule("trickle", Always({{"bytes_per_second", 10}}))},
            .code = StatusCode::DEADLINE_EXCEEDED,
            .reason = kAnyReason,
            .calls = 1,
            .deadline = seconds(1)}),
    NameOf);

// Row 48: the fault comes after the first message of a stream.
TEST(StreamFault, Row48_BrokenPageInsideAnExportIsFetchedAgain) {
  World world({{"--alerts", "300"}});
  const Exported whole = Export(world, Make<v1::ExportDetectionsRequest>("batch_size: 50"));
  world.Fault(Rule("reset_mid_body", {{"skip", 2}}));
  world.Fault(Rule("status", {{"skip", 4}, {"code", 503}}));
  const Exported broken = Export(world, Make<v1::ExportDetectionsRequest>("batch_size: 50"));
  EXPECT_TRUE(broken.status.ok()) << broken.status.error_message();
  EXPECT_EQ(broken.ids, whole.ids);
}

TEST(StreamFault, Row48_StreamThatFailsIsCompletedByItsResumeToken) {
  World world({{"--alerts", "300"}});
  const Exported whole = Export(world, Make<v1::ExportDetectionsRequest>("batch_size: 50"));
  world.Fault(Rule("status", {{"skip", 2}, {"times", 0}, {"code", 503}}));
  auto request = Make<v1::ExportDetectionsRequest>("batch_size: 50");
  Exported broken = Export(world, request);
  EXPECT_EQ(broken.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Details(broken.status).info.reason(), "UPSTREAM_ERROR");
  ASSERT_EQ(broken.messages, 2);
  world.ClearFaults();
  request.set_resume_token(broken.resume_token);
  const Exported rest = Export(world, request);
  EXPECT_TRUE(rest.status.ok()) << rest.status.error_message();
  broken.ids.insert(broken.ids.end(), rest.ids.begin(), rest.ids.end());
  EXPECT_EQ(broken.ids, whole.ids);
  EXPECT_EQ(rest.exported, static_cast<int64_t>(whole.ids.size()));
}

}  // namespace
}  // namespace falcon::e2e

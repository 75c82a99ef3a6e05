// The fault matrix: Falcon's answers, their bodies, and the connections that they come by. These
// faults leave no state behind, so that one world serves all cases.
#include "tests/e2e/fault_case.h"

namespace falcon::e2e {
namespace {

class AnswerFault : public SharedWorld<AnswerFault, testing::TestWithParam<FaultCase>> {
 public:
  static WorldOptions Options() { return {{"--alerts", "300"}}; }
};

TEST_P(AnswerFault, IsObservedAsTheMatrixSays) { GetParam().Run(world()); }

FaultCase::Check Says(const std::string& text) {
  return [text](World&, const Observed& observed) {
    EXPECT_THAT(observed.status.error_message(), ::testing::HasSubstr(text));
  };
}

void BringsFiveRecords(World&, const Observed& observed) { EXPECT_EQ(observed.records, 5); }

void CountsSkippedValues(World&, const Observed& observed) {
  EXPECT_EQ(observed.records, 5);
  EXPECT_GT(observed.info.skipped_values(), 0);
}

FaultCase::Check IsPartialWith(int records) {
  return [records](World&, const Observed& observed) {
    EXPECT_EQ(observed.records, records);
    EXPECT_TRUE(observed.info.partial());
    ASSERT_EQ(observed.info.errors_size(), 1);
    EXPECT_EQ(observed.info.errors(0).code(), 500);
    EXPECT_EQ(observed.info.errors(0).message(), "simulated error");
    EXPECT_FALSE(observed.info.errors(0).id().empty());
  };
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, AnswerFault,
    testing::Values(
        FaultCase("MissingScopeIsNamed", Always("forbidden"))
            .Fails(StatusCode::PERMISSION_DENIED, "SCOPE_MISSING")
            .Calls(1)
            .Tokens(0)
            .And([](World&, const Observed& observed) {
              EXPECT_THAT(observed, HasFact("required_scopes", "Alerts:read"));
              EXPECT_THAT(observed, HasFact("http_status", "403"));
              EXPECT_FALSE(Details(observed.status).info.metadata().at("trace_id").empty());
            }),
        // Falcon's answer does not tell the two causes apart.
        FaultCase("AddressThatIsNotAllowedIsAMissingScope",
                  Always("status", {{"code", 403}, {"message", "access denied, IP not allowed"}}))
            .Fails(StatusCode::PERMISSION_DENIED, "SCOPE_MISSING")
            .Calls(1)
            .And(Says("IP allow-list")),
        FaultCase("One500IsRetried", Rule("status", {{"code", 500}})).Calls(2),
        FaultCase("One502IsRetried", Rule("status", {{"code", 502}})).Calls(2),
        FaultCase("Two503AreRetried", Rule("status", {{"code", 503}, {"times", 2}})).Calls(3),
        FaultCase("One504IsRetried", Rule("status", {{"code", 504}})).Calls(2),
        FaultCase("EndlessServerErrorsEndAfterThreeAttempts", Always("status", {{"code", 503}}))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_ERROR")
            .Calls(3)
            .And([](World&, const Observed& observed) {
              EXPECT_THAT(observed, HasFact("attempts", "3"));
              EXPECT_TRUE(Details(observed.status).has_retry);
            }),
        FaultCase("RefusedFilterIsToldWithoutHostileText",
                  Always("status", {{"code", 400}, {"message", "invalid \x1b[31mfilter\x07"}}))
            .Fails(StatusCode::INVALID_ARGUMENT, "FQL_INVALID")
            .Calls(1)
            .And([](World&, const Observed& observed) {
              EXPECT_THAT(observed,
                          HasFact("upstream_text", R"(invalid \u{001B}[31mfilter\u{0007})"));
              EXPECT_EQ(observed.status.error_message().find("invalid"), std::string::npos);
            }),
        FaultCase("UnknownIdIsNotFound")
            .Of(GetUnknownDetection)
            .Fails(StatusCode::NOT_FOUND, "NOT_FOUND")
            .Calls(1)
            .Lasts(),
        FaultCase("UnknownHostIsNotFound")
            .Of(GetUnknownHost)
            .Fails(StatusCode::NOT_FOUND, "NOT_FOUND")
            .Calls(1)
            .Lasts(),
        FaultCase("HttpStatus404IsNotFound",
                  Always("status", {{"code", 404}, {"message", "not found"}}))
            .Of(GetUnknownDetection)
            .Fails(StatusCode::NOT_FOUND, "NOT_FOUND")
            .Calls(1)
            .Lasts()),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Envelopes, AnswerFault,
    testing::Values(
        FaultCase("ErrorsBesideResourcesMakeItPartial", Rule("partial_errors"))
            .Calls(1)
            .And(IsPartialWith(4)),
        FaultCase("ErrorsAloneCountByTheirCode", Always("errors_only", {{"code", 403}}))
            .Fails(StatusCode::PERMISSION_DENIED, "SCOPE_MISSING")
            .Calls(1),
        FaultCase("ServerErrorAloneIsRetried", Rule("errors_only", {{"code", 500}})).Calls(2),
        // The failed ids are not asked for again: the caller learns which they are and decides.
        FaultCase("MixedStatusMakesItPartial",
                  Rule("partial_errors", {{"status", 207}, {"path", "/alerts/entities"}}))
            .Of(BatchGetDetections)
            .Calls(1)
            .And(IsPartialWith(2)),
        // Passed by a re-seek rather than ABORTED, where the order allows it.
        FaultCase("DeadAfterCursorIsPassedByReSeek")
            .Of(SecondPageOfDetections)
            .Calls(2)
            .And([](World&, const Observed& observed) {
              EXPECT_GT(observed.info.upstream_calls(), 1);
            }),
        FaultCase("DeadOffsetCursorIsPassedByReSeek").Of(SecondPageOfHostsByFirstSeen).Calls(2),
        FaultCase("DeadCursorOfAnotherOrderIsAborted")
            .Of(SecondPageOfHostsByLastSeen)
            .Fails(StatusCode::ABORTED, "CURSOR_EXPIRED")
            .Calls(1)
            .Lasts(),
        FaultCase("RecordsThatComeAndGoDoNotBreakAnExport",
                  Always("mutate", {{"add", 3}, {"remove", 3}, {"change", 3}}))
            .Of(ExportAll),
        FaultCase("RepeatedCursorIsDataLoss", Always("repeated_cursor"))
            .Of(ExportAll)
            .Fails(StatusCode::DATA_LOSS, "CURSOR_LOOP"),
        FaultCase("EmptyPagesWithANextOneAreDataLoss", Always("empty_page"))
            .Of(ExportAll)
            .Fails(StatusCode::DATA_LOSS, "CURSOR_LOOP")
            .Calls(3),
        FaultCase("OneEmptyPageWithANextOneIsPassed", Rule("empty_page")),
        FaultCase("ShrinkingTotalIsNoEnd", Always("shrinking_total"))
            .Of(ExportAll)
            .And([](World& world, const Observed& observed) {
              world.ClearFaults();
              EXPECT_EQ(observed.records, ExportAll(world, kGenerous).records);
            })),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Bodies, AnswerFault,
    testing::Values(
        FaultCase("MalformedJsonIsAskedAgain", Rule("malformed_json")).Calls(2),
        // UNAVAILABLE, not INTERNAL: a truncated answer may be whole next time.
        FaultCase("MalformedJsonTwiceIsUnavailable", Always("malformed_json"))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_MALFORMED")
            .Calls(2),
        // UNAVAILABLE after one retry, not INTERNAL at once: no parser here tells deep from broken.
        FaultCase("DeepJsonIsUnavailable", Always("deep_json", {{"depth", 100'000}}))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_MALFORMED")
            .Calls(2),
        FaultCase("DuplicateKeysLoseNoRecord", Always("duplicate_keys"))
            .Calls(1)
            .And(BringsFiveRecords),
        FaultCase("BadUtf8LosesNoRecord", Always("bad_utf8")).Calls(1).And(BringsFiveRecords),
        // OK with a count, not INTERNAL: one bad field never loses a record.
        FaultCase("WrongTypesAreSkippedAndCounted", Always("wrong_types"))
            .Calls(1)
            .And(CountsSkippedValues),
        FaultCase("WrongEnvelopeTypesLoseNoRecord", Always("wrong_types", {{"where", "envelope"}}))
            .Calls(1)
            .And(BringsFiveRecords),
        FaultCase("NullResourcesAreAnEmptyAnswer", Always("null_resources"))
            .Of(ListNoDetections)
            .Calls(1),
        FaultCase("HugeNumbersLoseNoRecord", Always("huge_numbers"))
            .Calls(1)
            .And(BringsFiveRecords),
        FaultCase("OneLoginPageIsAskedAgain", Rule("html", {{"code", 200}})).Calls(2),
        FaultCase("LoginPagesNameTheProxy", Always("html", {{"code", 200}}))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_PROXY")
            .Calls(2)
            .And([](World&, const Observed& observed) {
              EXPECT_EQ(observed.status.error_message().find("<h1>"), std::string::npos);
            }),
        FaultCase("HtmlServerErrorsAreServerErrorsThatQuoteThePage",
                  Always("html", {{"code", 502}}))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_ERROR")
            .Calls(3)
            .And(Says("a page came")),
        FaultCase("HtmlRefusalsAreRefusalsByAPage", Always("html", {{"code", 403}}))
            .Fails(StatusCode::PERMISSION_DENIED, "UPSTREAM_PROXY")
            .Calls(1),
        FaultCase("MissingContentTypeDoesNotMatter", Always("content_type"))
            .Calls(1)
            .And(BringsFiveRecords),
        FaultCase("WrongContentTypeDoesNotMatter",
                  Always("content_type", {{"value", "text/plain"}}))
            .Calls(1)
            .And(BringsFiveRecords)),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Connections, AnswerFault,
    testing::Values(
        FaultCase("ResetBeforeTheFirstByteIsRetried", Rule("reset")),
        // More calls than attempts reach the wire: curl itself asks again on a kept connection.
        FaultCase("EndlessResetsAreUnavailable", Always("reset"))
            .Fails(StatusCode::UNAVAILABLE, "UPSTREAM_CONNECTION"),
        FaultCase("ResetInTheBodyIsRetried", Rule("reset_mid_body"))
            .Calls(2)
            .And(BringsFiveRecords),
        FaultCase("CutBodyIsRetried", Rule("truncate")).Calls(2).And(BringsFiveRecords),
        FaultCase("CutChunkedBodyIsRetried", Rule("truncate", {{"framing", "chunked"}}))
            .Calls(2)
            .And(BringsFiveRecords),
        FaultCase("StallBeforeTheBodyMeetsTheDeadline", Always("stall")).MeetsDeadline(),
        FaultCase("StallInTheBodyMeetsTheDeadline", Always("stall_mid_body")).MeetsDeadline(),
        FaultCase("TrickleMeetsTheDeadline", Always("trickle", {{"bytes_per_second", 10}}))
            .MeetsDeadline()),
    NameOf);

// The fault comes after the first message of a stream.
TEST(StreamFault, BrokenPageInsideAnExportIsFetchedAgain) {
  World world({{"--alerts", "300"}});
  const auto request = Make<v1::ExportDetectionsRequest>("batch_size: 50");
  const Exported whole = Export(world, request);
  world.Fault(Rule("reset_mid_body", {{"skip", 2}}));
  world.Fault(Rule("status", {{"skip", 4}, {"code", 503}}));
  const Exported broken = Export(world, request);
  EXPECT_THAT(broken, IsOk());
  EXPECT_EQ(broken.ids, whole.ids);
}

TEST(StreamFault, StreamThatFailsIsCompletedByItsResumeToken) {
  World world({{"--alerts", "300"}});
  auto request = Make<v1::ExportDetectionsRequest>("batch_size: 50");
  const Exported whole = Export(world, request);
  world.Fault(Rule("status", {{"skip", 2}, {"times", 0}, {"code", 503}}));
  Exported broken = Export(world, request);
  EXPECT_THAT(broken, StatusIs(StatusCode::UNAVAILABLE));
  EXPECT_THAT(broken, HasReason("UPSTREAM_ERROR"));
  ASSERT_EQ(broken.messages, 2);
  world.ClearFaults();
  request.set_resume_token(broken.resume_token);
  broken.Append(Export(world, request));
  EXPECT_THAT(broken, IsOk());
  EXPECT_EQ(broken.ids, whole.ids);
  EXPECT_EQ(broken.exported, static_cast<int64_t>(whole.ids.size()));
}

}  // namespace
}  // namespace falcon::e2e

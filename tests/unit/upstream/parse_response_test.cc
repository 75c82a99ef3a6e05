// The status ladder.
#include "upstream/call/parse_response.h"

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "tests/support/status_matchers.h"
#include "upstream/operation/operation_table.h"

namespace falcon::upstream {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::FakeClock;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::Response;

absl::StatusOr<json::Document> Read(int status, std::string_view body, http::Headers headers = {},
                                    const Operation& what = operation::kPostCombinedAlerts,
                                    bool continuation = false) {
  const FakeClock clock;
  json::Parser parser;
  return ParseResponse(what, Response(status, body, std::move(headers)), continuation,
                       clock.WallNow(), parser);
}

std::string ErrorBody(int code, std::string_view message) {
  return StrCat(R"({"meta":{"trace_id":"t-9"},"errors":[{"code":)", code, R"(,"message":")",
                message, R"("}],"resources":null})");
}

std::string Message(const absl::StatusOr<json::Document>& reply) {
  return MessageWithUpstreamText(reply.status());
}

TEST(ReplyTest, A200IsItsDocument) {
  const auto reply = Read(200, R"({"meta":{"trace_id":"t"},"resources":[{"a":1},{"a":2}]})");
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->envelope().resources, 2u);
}

TEST(ReplyTest, ErrorsBesideResourcesAreAnAnswer) {
  for (const int status : {200, 207}) {
    const auto reply = Read(
        status, R"({"errors":[{"code":404,"message":"no b","id":"b"}],"resources":[{"a":1}]})");
    ASSERT_THAT(reply, IsOk());
    EXPECT_EQ(reply->envelope().errors.size(), 1u);
  }
}

struct RefusalCase {
  int status;
  std::string body;
  StatusCode code;
  std::string reason;
  const Operation& what = operation::kPostCombinedAlerts;
};

TEST(ReplyTest, EachStatusAndBodyHasItsReason) {
  using enum StatusCode;
  std::vector<RefusalCase> cases = {
      {400, ErrorBody(400, "bad id"), kInvalidArgument, "REQUEST_INVALID",
       operation::kPostDeviceDetails},
      {400,
       ErrorBody(400, "offset 10000 and limit 100 are invalid; offset + limit must be <= 10000"),
       kOutOfRange, "OFFSET_WINDOW", operation::kQueryDevices},
      {401, ErrorBody(401, "access denied, invalid bearer token"), kFailedPrecondition,
       "UPSTREAM_AUTH"},
      {404, ErrorBody(404, "not found"), kNotFound, "NOT_FOUND"},
      {404, R"({"detail":"not found"})", kUnimplemented, "ENDPOINT_RETIRED"},
      {404, "404 page not found", kUnimplemented, "ENDPOINT_RETIRED"},
      {418, "", kInvalidArgument, "REQUEST_INVALID"},
      {304, "", kInternal, "UPSTREAM_PROTOCOL"},
      // Errors without resources have the status of their code, or else of the response.
      {200, ErrorBody(403, "access denied, authorization failed"), kPermissionDenied,
       "SCOPE_MISSING"},
      {200, ErrorBody(400, "bad"), kInvalidArgument, "FQL_INVALID"},
      {200, ErrorBody(404, "none"), kNotFound, "NOT_FOUND"},
      {207, ErrorBody(500, "oops"), kUnavailable, "UPSTREAM_ERROR"},
      {403, R"({"errors":[{"message":"no"}]})", kPermissionDenied, "SCOPE_MISSING"},
      {400, R"({"errors":["bad"]})", kInvalidArgument, "FQL_INVALID"},
  };
  for (const int status : {404, 405, 410}) {
    cases.push_back({status, "", kUnimplemented, "ENDPOINT_RETIRED"});
  }
  for (const int status : {413, 414, 431}) {
    cases.push_back({status, "", kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"});
  }
  for (const int status : {408, 500, 502, 503, 504, 599}) {
    cases.push_back({status, "", kUnavailable, "UPSTREAM_ERROR"});
  }
  // Empty, cut, and without Falcon's envelope.
  for (const char* body :
       {"", "{\"resources\":[", "[]", "nonsense", R"({"meta":{}})", R"({"resources":[]})",
        R"({"status":"ok"})", R"({"resources":null})", R"({"meta":{},"resources":7})",
        R"({"meta":{},"resources":["an id"]})"}) {
    cases.push_back({200, body, kUnavailable, "UPSTREAM_MALFORMED"});
  }
  for (const RefusalCase& one : cases) {
    EXPECT_THAT(Read(one.status, one.body, {}, one.what), FailsWith(one.code, one.reason))
        << one.status << one.body;
  }
}

TEST(ReplyTest, ErrorsWithoutACodeFailWithFalconsWords) {
  for (const std::string_view errors :
       {R"([{"message":"it broke"}])", R"([{"code":0,"message":"it broke"}])",
        R"([{"code":"E17","message":"it broke"}])", R"([{"code":200,"message":"it broke"}])",
        R"([{"code":10008,"message":"it broke"}])", R"([{},{"message":"it broke"}])",
        R"("it broke")", R"({"message":"it broke"})"}) {
    const auto reply = Read(200, StrCat(R"({"errors":)", errors, R"(,"resources":null})"));
    EXPECT_THAT(reply, FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR")) << errors;
    EXPECT_THAT(Message(reply), HasSubstr("it broke")) << errors;
    EXPECT_THAT(Message(reply), Not(HasSubstr("status 0"))) << errors;
  }
  const auto wordless = Read(200, R"({"errors":[{}],"resources":[]})");
  EXPECT_THAT(wordless, FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  EXPECT_THAT(Message(wordless), HasSubstr("an error without words"));
}

TEST(ReplyTest, TheFirstErrorThatHasAStatusDecides) {
  const auto reply =
      Read(200, R"({"errors":[{"message":"hm"},{"code":"403","message":"no scope"}]})");
  EXPECT_THAT(reply, FailsWith(StatusCode::kPermissionDenied, "SCOPE_MISSING"));
  EXPECT_THAT(Message(reply), HasSubstr("no scope"));
}

TEST(ReplyTest, ForeignJsonOfAFailureIsQuoted) {
  EXPECT_THAT(Message(Read(503, R"({"message":"no healthy upstream"})")),
              HasSubstr("no healthy upstream"));
}

TEST(ReplyTest, ErrorsThatEachNameAnIdAreTheAnswerOfALookUp) {
  constexpr std::string_view kBody =
      R"({"errors":[{"code":404,"message":"no","id":"a"},{"code":403,"message":"no","id":"b"}],"resources":[]})";
  EXPECT_THAT(Read(200, kBody, {}, operation::kPostEntitiesAlerts), IsOk());
  EXPECT_THAT(Read(200, kBody), FailsWith(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST(ReplyTest, AnEmptyPageIsAnAnswer) {
  EXPECT_THAT(Read(200, R"({"meta":{},"errors":null,"resources":null})"), IsOk());
  EXPECT_THAT(Read(200, R"({"meta":{},"resources":[]})"), IsOk());
}

TEST(ReplyTest, IdsAndAggregatesAreWhatTheirOperationsAnswerWith) {
  const auto malformed = FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED");
  const auto ids = [](std::string_view body) {
    return Read(200, body, {}, operation::kQueryCases);
  };
  EXPECT_THAT(ids(R"({"meta":{},"resources":["a"]})"), IsOk());
  EXPECT_THAT(ids(R"({"meta":{},"resources":["a",{"id":"b"}]})"), malformed);
  EXPECT_THAT(ids(R"({"meta":{},"resources":[7]})"), malformed);
  EXPECT_THAT(ids(R"({"meta":{},"resources":[""]})"), malformed);
  const auto count = [](std::string_view body) {
    return Read(200, body, {}, operation::kPostAggregatesAlerts);
  };
  EXPECT_THAT(count(R"({"meta":{},"resources":[{"buckets":null}]})"), IsOk());
  EXPECT_THAT(count(R"({"meta":{},"resources":[{"id":"a"}]})"), malformed);
  EXPECT_THAT(count(R"({"meta":{},"resources":[]})"), malformed);
}

TEST(ReplyTest, AFailureTellsTraceIdStatusAndOperation) {
  const auto facts = Metadata(Read(500, ErrorBody(500, "oops")).status());
  EXPECT_EQ(facts.at("trace_id"), "t-9");
  EXPECT_EQ(facts.at("http_status"), "500");
  EXPECT_EQ(facts.at("operation"), "PostCombinedAlertsV1");
}

TEST(ReplyTest, TheTraceIdComesFromTheHeaderWhenTheBodyHasNone) {
  const auto reply = Read(503, "", {{"X-CS-TRACEID", "t-h"}});
  EXPECT_EQ(Metadata(reply.status()).at("trace_id"), "t-h");
}

TEST(ReplyTest, BadFqlIsTheCallersMistakeAndSaysWhy) {
  const auto reply = Read(400, ErrorBody(400, "invalid filter near 'x'"));
  EXPECT_THAT(reply, FailsWith(StatusCode::kInvalidArgument, "FQL_INVALID"));
  EXPECT_THAT(Message(reply), HasSubstr("invalid filter near 'x'"));
}

TEST(ReplyTest, AMissingScopeIsNamedAndSoIsTheOtherCause) {
  const auto reply = Read(403, ErrorBody(403, "access denied, authorization failed"));
  EXPECT_THAT(reply, FailsWith(StatusCode::kPermissionDenied, "SCOPE_MISSING"));
  EXPECT_EQ(Metadata(reply.status()).at("required_scopes"), "Alerts:read");
  EXPECT_THAT(Message(reply), HasSubstr("Alerts:read"));
  EXPECT_THAT(Message(reply), HasSubstr("IP allow-list"));
}

TEST(ReplyTest, OnAContinuationAMissingPageIsAnExpiredCursor) {
  const auto next = [](int status, std::string_view body) {
    return Read(status, body, {}, operation::kCombinedDevices, /*continuation=*/true);
  };
  const auto expired = FailsWith(StatusCode::kAborted, "CURSOR_EXPIRED");
  EXPECT_THAT(next(404, ErrorBody(404, "search context expired")), expired);
  EXPECT_THAT(next(404, ""), expired);
  EXPECT_THAT(next(410, ""), expired);
  EXPECT_THAT(next(400, ErrorBody(400, "invalid scroll id")), expired);
  EXPECT_THAT(next(200, ErrorBody(404, "cursor expired")), expired);
  EXPECT_THAT(next(400, ErrorBody(400, "bad filter")),
              FailsWith(StatusCode::kInvalidArgument, "FQL_INVALID"));
}

TEST(ReplyTest, A429CarriesTheWaitThatFalconAsksFor) {
  const FakeClock clock;
  const auto epoch =
      std::chrono::duration_cast<seconds>(clock.WallNow().time_since_epoch()).count();
  const auto reply = Read(429, ErrorBody(429, "API rate limit exceeded."),
                          {{"X-RateLimit-RetryAfter", StrCat(epoch + 9)}});
  EXPECT_THAT(reply, FailsWith(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_EQ(RetryAfter(reply.status()), seconds(9));
  EXPECT_EQ(RetryAfter(Read(429, "").status()), std::nullopt);
  EXPECT_EQ(RetryAfter(Read(429, "", {{"X-RateLimit-RetryAfter", "soon"}}).status()), std::nullopt);
}

TEST(ReplyTest, PageWithASuccessIsAProxys) {
  for (const std::string_view page :
       {"<html><h1>Log\x1b in</h1></html>", "  \n<!DOCTYPE html><p>Log\x1b in</p>"}) {
    const auto reply = Read(200, page);
    EXPECT_THAT(reply, FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
    EXPECT_THAT(Message(reply), HasSubstr(": Log\\u{001B} in"));
    EXPECT_THAT(Message(reply), Not(HasSubstr("<")));
  }
  EXPECT_THAT(Read(200, "please log in", {{"content-type", "text/html"}}),
              FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
}

TEST(ReplyTest, PageWithAFailureIsQuotedAndTheStatusDecides) {
  struct Case {
    int status;
    StatusCode code;
    std::string reason;
  };
  for (const Case& one : {Case{400, StatusCode::kInvalidArgument, "REQUEST_INVALID"},
                          Case{401, StatusCode::kFailedPrecondition, "UPSTREAM_AUTH"},
                          Case{403, StatusCode::kPermissionDenied, "UPSTREAM_PROXY"},
                          Case{404, StatusCode::kUnimplemented, "ENDPOINT_RETIRED"},
                          Case{413, StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"},
                          Case{429, StatusCode::kResourceExhausted, "RATE_LIMITED"},
                          Case{500, StatusCode::kUnavailable, "UPSTREAM_ERROR"},
                          Case{502, StatusCode::kUnavailable, "UPSTREAM_ERROR"},
                          Case{503, StatusCode::kUnavailable, "UPSTREAM_ERROR"}}) {
    const auto reply = Read(one.status, "<html><title>Blocked</title><p>by us</p></html>");
    EXPECT_THAT(reply, FailsWith(one.code, one.reason)) << one.status;
    EXPECT_THAT(Message(reply), HasSubstr("Blocked by us")) << one.status;
    EXPECT_THAT(Message(reply), HasSubstr("a page came")) << one.status;
    EXPECT_EQ(Metadata(reply.status()).at("http_status"), StrCat(one.status));
  }
}

TEST(ReplyTest, PageIsQuotedUpToTwoHundredCharacters) {
  const auto reply = Read(502, StrCat("<html>", std::string(5'000, 'y'), "</html>"));
  EXPECT_THAT(Message(reply), HasSubstr(StrCat(std::string(200, 'y'), "...")));
  EXPECT_LT(Message(reply).size(), 400u);
}

TEST(ReplyTest, RetryAfterOfA503IsTakenAndOfA429WhereFalconsOwnHeaderIsOfNoUse) {
  EXPECT_EQ(RetryAfter(Read(503, "", {{"Retry-After", "3"}}).status()), seconds(3));
  EXPECT_EQ(RetryAfter(Read(429, "<html>", {{"Retry-After", "3"}}).status()), seconds(3));
  EXPECT_EQ(
      RetryAfter(Read(429, "", {{"Retry-After", "3"}, {"X-RateLimit-RetryAfter", "x"}}).status()),
      seconds(3));
}

TEST(ReplyTest, AnEncodingThatIsNotReadIsNamed) {
  const auto reply = Read(200, "\x0b\x02\x80hello", {{"Content-Encoding", "br"}});
  EXPECT_THAT(reply, FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED"));
  EXPECT_THAT(Message(reply), HasSubstr("Content-Encoding br"));
}

TEST(ReplyTest, TheContentTypeDoesNotMatterWhenTheBodyIsJson) {
  for (const char* type : {"text/plain", "text/html; charset=utf-8", "application/xhtml+xml"}) {
    EXPECT_THAT(Read(200, R"({"meta":{},"resources":[]})", {{"content-type", type}}), IsOk())
        << type;
    EXPECT_THAT(Read(403, ErrorBody(403, "no"), {{"content-type", type}}),
                FailsWith(StatusCode::kPermissionDenied, "SCOPE_MISSING"))
        << type;
  }
}

TEST(ReplyTest, FalconsTextIsEscapedAndCut) {
  const auto hostile = Read(400, ErrorBody(400, R"(x\u001b[31m\u202e)"));
  EXPECT_THAT(Message(hostile), HasSubstr("\\u{001B}[31m\\u{202E}"));
  const auto plain = Read(500, std::string(100'000, 'y'));
  EXPECT_LT(Message(plain).size(), 400u);
}

}  // namespace
}  // namespace falcon::upstream

// Reports: what is read of them, and how long they are kept.
#include "reputation/report.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "reputation/client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "tests/support/status_matchers.h"

namespace falcon::reputation {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;
using falcon::testing::IsOk;
using falcon::testing::Response;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kHash(64, 'a');
const Indicator kFile{Kind::kSha256, kHash};
const Indicator kDomain{Kind::kDomain, "evil.example"};

std::string File(const std::string& attributes) {
  return R"({"data":{"type":"file","id":")" + kHash + R"(","links":{},"attributes":)" + attributes +
         "}}";
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Report, OfAFileIsRead) {
  const auto report = ReadReport(kFile, File(R"({
      "last_analysis_stats":{"malicious":58,"suspicious":2,"undetected":9,"harmless":1,"timeout":1,
                             "confirmed-timeout":2,"failure":3,"type-unsupported":4},
      "last_analysis_date":1772000000,"reputation":-60,"meaningful_name":"svchost.exe",
      "names":["svchost.exe","a.bin"],"tags":["peexe"],"type_description":"Win32 EXE",
      "popular_threat_classification":{"suggested_threat_label":"trojan.x/y"},
      "size":4096,"first_submission_date":1771000000})"));
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->known);
  EXPECT_EQ(report->object_id, kHash);
  const EngineCounts& counts = report->counts;
  EXPECT_EQ((std::vector{counts.malicious, counts.suspicious, counts.undetected, counts.harmless,
                         counts.timeout, counts.failure, counts.type_unsupported}),
            (std::vector{58, 2, 9, 1, 3, 3, 4}));
  EXPECT_EQ(report->last_analysis_date, 1772000000);
  EXPECT_EQ(report->reputation, -60);
  EXPECT_EQ(report->meaningful_name, "svchost.exe");
  EXPECT_THAT(report->names, ElementsAre("svchost.exe", "a.bin"));
  EXPECT_THAT(report->tags, ElementsAre("peexe"));
  EXPECT_EQ(report->type_description, "Win32 EXE");
  EXPECT_EQ(report->suggested_threat_label, "trojan.x/y");
  EXPECT_EQ(report->size, 4096);
  EXPECT_EQ(report->first_submission_date, 1771000000);
  EXPECT_EQ(Judge(*report), Verdict::kMalicious);
}

TEST(Report, OfADomainAndAnAddressIsRead) {
  const auto domain = ReadReport(kDomain, R"({"data":{"type":"domain","id":"evil.example",
      "attributes":{"registrar":"R","creation_date":5,"last_analysis_stats":{"harmless":3}}}})");
  ASSERT_THAT(domain, IsOk());
  EXPECT_EQ(domain->registrar, "R");
  EXPECT_EQ(domain->creation_date, 5);
  EXPECT_EQ(Judge(*domain), Verdict::kHarmless);
  const Indicator address{Kind::kIpv4, "203.0.113.42"};
  const auto report = ReadReport(address, R"({"data":{"type":"ip_address","id":"203.0.113.42",
      "attributes":{"as_owner":"O","asn":64500,"country":"NL"}}})");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->as_owner, "O");
  EXPECT_EQ(report->asn, 64500);
  EXPECT_EQ(report->country, "NL");
  EXPECT_EQ(Judge(*report), Verdict::kUnknown) << "no engine had a word";
}

TEST(Report, ValuesOfWrongTypesAreLeftOut) {
  const auto report = ReadReport(kFile, File(R"({
      "last_analysis_stats":{"malicious":"many","suspicious":-4,"undetected":1.5,"harmless":null,
                             "timeout":99999999999,"failure":1e300},
      "last_analysis_date":"yesterday","reputation":18446744073709551615,"meaningful_name":7,
      "names":{"a":1},"tags":[1,null,"kept",{}],"type_description":[],
      "popular_threat_classification":"none","size":null,"first_submission_date":-5,
      "creation_date":253402300800})"));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->counts.malicious, 0);
  EXPECT_EQ(report->counts.suspicious, 0);
  EXPECT_EQ(report->counts.timeout, 1'000'000);
  EXPECT_FALSE(report->last_analysis_date.has_value());
  EXPECT_FALSE(report->reputation.has_value());
  EXPECT_EQ(report->meaningful_name, "");
  EXPECT_THAT(report->names, IsEmpty());
  EXPECT_THAT(report->tags, ElementsAre("kept"));
  EXPECT_FALSE(report->first_submission_date.has_value());
  EXPECT_FALSE(report->creation_date.has_value()) << "after the year 9999";
}

TEST(Report, LongTextsAndListsAreCut) {
  const std::string names = R"("n",)" + Repeated(R"("n",)", 5000) + R"("n")";
  // The 512th byte falls into the middle of a character.
  const std::string name = "a" + Repeated("\xC3\xBC", 5000);
  const auto report = ReadReport(kFile, File(R"({"names":[)" + names + R"(],"tags":[)" + names +
                                             R"(],"meaningful_name":")" + name + R"("})"));
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->names, SizeIs(10));
  EXPECT_THAT(report->tags, SizeIs(30));
  EXPECT_THAT(report->meaningful_name, SizeIs(511));
}

TEST(Report, OtherObjectsAreMalformed) {
  for (const std::string& body : std::vector<std::string>{
           "", "null", "[]", "{", "{}", R"({"data":null})", R"({"data":[]})",
           R"({"data":{"type":"file"}})", R"({"data":{"type":"file","attributes":[]}})",
           R"({"data":{"type":"domain","id":"x","attributes":{}}})",
           R"({"data":{"type":"file","id":"other","attributes":{}}})",
           R"({"data":{"type":7,"id":[],"attributes":{}}})", "\xff\xfe",
           R"({"meta":{},"errors":[],"resources":[]})", Repeated("[", 100'000),
           Repeated(R"({"data":)", 100'000)}) {
    EXPECT_THAT(ReadReport(kFile, body),
                FailsWith(absl::StatusCode::kUnavailable, "UPSTREAM_MALFORMED"))
        << body.substr(0, 60);
  }
}

TEST(Report, HugeBodyIsNotParsed) {
  constexpr size_t kMax = 2 << 20;
  std::string body = File("{}");
  body.append(kMax - body.size(), ' ');
  EXPECT_THAT(ReadReport(kFile, body), IsOk());
  const auto report = ReadReport(kFile, body + ' ');
  EXPECT_THAT(report, FailsWith(absl::StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"));
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("larger than 2 MiB"));
}

TEST(Verdict, FollowsTheCountsByTheFirstRuleThatHolds) {
  struct Row {
    EngineCounts counts;
    Verdict verdict;
  };
  const std::vector<Row> rows = {
      {{.malicious = 3, .harmless = 60}, Verdict::kMalicious},
      {{.malicious = 2, .harmless = 60}, Verdict::kSuspicious},
      {{.suspicious = 1, .undetected = 60}, Verdict::kSuspicious},
      {{.undetected = 60, .harmless = 1}, Verdict::kHarmless},
      {{.undetected = 1}, Verdict::kUndetected},
      {{.timeout = 5, .failure = 5, .type_unsupported = 5}, Verdict::kUnknown},
      {{}, Verdict::kUnknown},
  };
  for (const Row& row : rows) {
    Report report;
    report.known = true;
    report.counts = row.counts;
    EXPECT_EQ(Judge(report), row.verdict);
  }
  EXPECT_EQ(Judge(Report()), Verdict::kUnknown) << "never clean";
}

constexpr WallTime kNow{std::chrono::seconds(1'780'000'000)};
constexpr char kGood[] =
    R"({"data":{"type":"domain","id":"evil.example","attributes":{"reputation":1}}})";

std::string ErrorBody(const std::string& code) {
  return R"({"error":{"code":")" + code + R"(","message":"the key is canary-key"}})";
}

absl::StatusOr<Report> Read(int status, const std::string& body, http::Headers headers = {}) {
  return ReadReply(kDomain, Response(status, body, std::move(headers)), kNow);
}

TEST(Reply, EachStatusHasItsFailure) {
  struct Row {
    int status;
    std::string code;
    StatusCode failure;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {400, "BadRequestError", StatusCode::kInvalidArgument, "REPUTATION_REFUSED"},
      {400, "InvalidArgumentError", StatusCode::kInvalidArgument, "REPUTATION_REFUSED"},
      {400, "NotAvailableYet", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {401, "AuthenticationRequiredError", StatusCode::kFailedPrecondition,
       "REPUTATION_KEY_REFUSED"},
      {401, "WrongCredentialsError", StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"},
      {401, "UserNotActiveError", StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"},
      {403, "ForbiddenError", StatusCode::kFailedPrecondition, "REPUTATION_KEY_REFUSED"},
      {404, "SomethingElse", StatusCode::kUnavailable, "UPSTREAM_MALFORMED"},
      {409, "AlreadyExistsError", StatusCode::kInvalidArgument, "REPUTATION_REFUSED"},
      {424, "FailedDependencyError", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {429, "QuotaExceededError", StatusCode::kResourceExhausted, "REPUTATION_QUOTA"},
      {429, "TooManyRequestsError", StatusCode::kResourceExhausted, "REPUTATION_QUOTA"},
      {500, "", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {503, "TransientError", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {504, "DeadlineExceededError", StatusCode::kUnavailable, "UPSTREAM_ERROR"},
      {302, "", StatusCode::kInternal, "UPSTREAM_PROTOCOL"},
      {204, "", StatusCode::kInternal, "UPSTREAM_PROTOCOL"},
  };
  for (const Row& row : rows) {
    const auto report = Read(row.status, ErrorBody(row.code));
    EXPECT_THAT(report, FailsWith(row.failure, row.reason)) << row.status << row.code;
    EXPECT_EQ(Metadata(report.status())["http_status"], StrCat(row.status));
    EXPECT_THAT(report.status().ToString(), Not(HasSubstr("canary"))) << "text is not passed on";
  }
}

TEST(Reply, KeyThatIsRefusedNamesTheSetting) {
  const absl::Status refused = Read(401, ErrorBody("WrongCredentialsError")).status();
  EXPECT_THAT(std::string(ToStd(refused.message())), HasSubstr("VIRUSTOTAL_API_KEY"));
  EXPECT_THAT(std::string(ToStd(refused.message())), HasSubstr("--virustotal-api-key-file"));
  EXPECT_EQ(Metadata(refused)["virustotal_code"], "WrongCredentialsError");
}

TEST(Reply, UnknownIsAReportThatKnowsNothing) {
  const auto report = Read(404, ErrorBody("NotFoundError"));
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->known);
  EXPECT_EQ(Judge(*report), Verdict::kUnknown);
}

TEST(Reply, ForeignResponsesAreNeverUnknown) {
  for (const char* body : {"", "{}", "not found", R"({"error":"NotFoundError"})",
                           R"({"error":{"code":404}})", R"({"errors":[{"code":404}]})"}) {
    EXPECT_THAT(Read(404, body), FailsWith(StatusCode::kUnavailable, "UPSTREAM_MALFORMED")) << body;
  }
  for (const int status : {200, 404, 429, 503}) {
    EXPECT_THAT(Read(status, "<html>Log in</html>"),
                FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
    EXPECT_THAT(Read(status, kGood, {{"Content-Type", "text/html; charset=utf-8"}}),
                FailsWith(StatusCode::kUnavailable, "UPSTREAM_PROXY"));
  }
}

TEST(Reply, MalformedErrorBodiesAreAccepted) {
  for (const std::string& body : {std::string(200'000, '['), std::string("\xff\xfe"),
                                  R"({"error":[{"code":"QuotaExceededError"}]})" + std::string()}) {
    EXPECT_THAT(Read(503, body), FailsWith(StatusCode::kUnavailable, "UPSTREAM_ERROR"));
  }
}

TEST(Reply, QuotaErrorCarriesRetryAfterOfTheHeader) {
  const std::string body = ErrorBody("QuotaExceededError");
  const std::vector<std::pair<std::string, std::optional<milliseconds>>> rows = {
      {"9", seconds(9)},
      {"soon", std::nullopt},
      {"999999999", std::chrono::hours(24)},
      {"Thu, 28 May 2026 20:27:00 GMT", seconds(20)},
      {"Thu, 28 May 2026 20:26:00 GMT", std::nullopt},
  };
  for (const auto& [text, delay] : rows) {
    EXPECT_EQ(RetryAfter(Read(429, body, {{"Retry-After", text}}).status()), delay) << text;
  }
  EXPECT_EQ(RetryAfter(Read(429, body).status()), std::nullopt);
}

std::shared_ptr<const Report> Known(bool known) {
  auto report = std::make_shared<Report>();
  report->known = known;
  return report;
}

class ReportCacheTest : public ::testing::Test {
 protected:
  bool Has(const std::string& key) { return cache_.Find(key).report != nullptr; }

  falcon::testing::FakeClock clock_;
  ReportCache cache_{{.entries = 3, .known = seconds(3600), .unknown = seconds(600)}, clock_};
};

TEST_F(ReportCacheTest, ReturnsAReportWithItsAgeForAnHour) {
  EXPECT_FALSE(Has("a"));
  cache_.Put("a", Known(true));
  EXPECT_EQ(cache_.Find("a").age, seconds(0));
  clock_.Advance(seconds(3599));
  EXPECT_EQ(cache_.Find("a").age, seconds(3599)) << "asking does not make it younger";
  clock_.Advance(seconds(1));
  EXPECT_FALSE(Has("a"));
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(ReportCacheTest, UnknownExpiresSooner) {
  cache_.Put("a", Known(false));
  clock_.Advance(seconds(599));
  EXPECT_TRUE(Has("a"));
  clock_.Advance(seconds(1));
  EXPECT_FALSE(Has("a"));
}

TEST_F(ReportCacheTest, EvictsTheLeastRecentlyUsed) {
  for (const char* key : {"a", "b", "c"}) cache_.Put(key, Known(true));
  EXPECT_TRUE(Has("a"));
  cache_.Put("d", Known(true));
  EXPECT_TRUE(Has("a"));
  EXPECT_FALSE(Has("b"));
  EXPECT_EQ(cache_.size(), 3U);
}

TEST_F(ReportCacheTest, NewReportReplacesTheOld) {
  cache_.Put("a", Known(false));
  clock_.Advance(seconds(500));
  cache_.Put("a", Known(true));
  EXPECT_EQ(cache_.size(), 1U);
  EXPECT_EQ(cache_.Find("a").age, seconds(0));
  EXPECT_TRUE(cache_.Find("a").report->known);
}

}  // namespace
}  // namespace falcon::reputation

// The compiler: what each typed filter becomes, what it refuses, and that no value escapes its
// place.
#include "fql/filter_compiler.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/detections.pb.h"
#include "falcon_gateway/v1/discovered_application_record.pb.h"
#include "falcon_gateway/v1/discovered_applications.pb.h"
#include "falcon_gateway/v1/host_record.pb.h"
#include "falcon_gateway/v1/hosts.pb.h"
#include "falcon_gateway/v1/vulnerabilities.pb.h"
#include "falcon_gateway/v1/vulnerability_record.pb.h"
#include "fql/parser.h"
#include "google/protobuf/text_format.h"
#include "sample.pb.h"
#include "tests/support/status_matchers.h"

namespace falcon::fql {
namespace {

using testing::FailsWith;
using testing::IsOk;

// 2025-01-31T10:20:30Z.
const WallTime kNow{std::chrono::seconds(1738318830)};

template <class Request>
Request FromText(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

// The FQL, or the violations, one a line, without the `filter.` of their fields.
std::string Compile(const google::protobuf::Message& request, const Catalogue& catalogue) {
  const auto compiled = CompileFilters(request, catalogue, kNow);
  if (compiled.ok()) return compiled->expression.Text();
  std::string lines;
  for (const FieldViolation& violation : Violations(compiled.status())) {
    EXPECT_TRUE(violation.field.starts_with("filter.")) << violation.field;
    lines += violation.field.substr(7) + ": " + violation.description + "\n";
  }
  return lines.empty() ? std::string(compiled.status().message()) : lines;
}

template <class Request>
Request WithFilter(const std::string& fields, const std::string& others = "") {
  return FromText<Request>("filter { " + fields + " } " + others);
}

std::string Sample(const std::string& filter) {
  return Compile(WithFilter<sample::Request>(filter), Catalogue(sample::Record::descriptor()));
}
std::string Detections(const std::string& filter) {
  return Compile(WithFilter<v1::ListDetectionsRequest>(filter),
                 Catalogue(v1::Detection::descriptor()));
}
std::string Hosts(const std::string& filter, const std::string& others = "") {
  return Compile(WithFilter<v1::ListHostsRequest>(filter, others),
                 Catalogue(v1::Host::descriptor()));
}

struct Case {
  std::string request;
  std::string answer;
};

TEST(FilterCompiler, CompilesEachOperator) {
  for (const Case& one : std::vector<Case>{
           {"", ""},
           {"exact: 'x'", "exact:'x'"},
           {"anywhere: 'x'", "anywhere:['x']"},
           {"fixed: ['x', 'y']", "fixed:'x',fixed:'y'"},
           {"bracketed: 'x'", "bracketed:['x']"},
           {"published_days: 1", "published:>=1738232400"},
           {"published: { start { seconds: 10 nanos: 1 } end { seconds: 20 } }",
            "published:>=11+published:<20"},
           {"eases: [EASE_HARD, EASE_EASY]", "ease:['30','60']"},
           {"answer: true", "answer:'Yes'"},
           {"answer: false", "answer:'No'"},
           {"modes_by_number: [53]", "exact:['53']"},
           {"anywhere: ['x', 'y', 'x']", "anywhere:['x','y']"},
           {"anywhere: ['x', 'y*', '*z']", "anywhere:['x'],anywhere:'y*',anywhere:'*z'"},
           {"anywhere: 'y*'", "anywhere:'y*'"},
           {"ends: 'Srv-1'", "ends:['Srv-1','SRV-1','srv-1']"},
           {"ends: 'srv-1'", "ends:['srv-1','SRV-1']"},
           {"ends: '42'", "ends:['42']"},
           {"ends: 'SRV-*'", "ends:'SRV-*',ends:'srv-*'"},
           {"pattern: 'SRV-*'", "pattern:*'SRV-*',pattern:*'srv-*'"},
           {"pattern: 'SRV-1'", "pattern:['SRV-1','srv-1']"},
           {"either: 'x'", "exact:'x',anywhere:'x'"},
           {"min_score: 0", "score:>=0"},
           {"min_score: -9223372036854775808", "score:>=-9223372036854775808"},
           {"max_weight: 7.5", "weight:<=7.5"},
           {"max_weight: 1e20", "weight:<=100000000000000000000"},
           {"min_grade: GRADE_HIGH", "score:>=60"},
           {"max_grade: GRADE_LOW", "score:<60"},
           {"max_grade: GRADE_HIGH", "score:<80"},
           {"max_grade: GRADE_VERY_HIGH", ""},
           {"grades: [GRADE_VERY_HIGH, GRADE_LOW]", "grade:['Very High','Low']"},
           {"like: 'mimi katz'", "anywhere:~'mimi katz'"},
           {"shown: false", "shown:false"},
           {"processes: ['1234', '0012', '12*']", "process:[1234,'0012'],process:'12*'"},
           {"since {seconds: 1738318830 nanos: 500000000}", "created:>='2025-01-31T10:20:30.500Z'"},
           {"days: 1", "created:>='2025-01-30T10:20:00Z'"},
           {"days: 365", "created:>='2024-02-01T10:20:00Z'"},
           {"range {start {seconds: 0}}", "created:>='1970-01-01T00:00:00Z'"},
           {"range {end {seconds: 1}}", "created:<'1970-01-01T00:00:01Z'"},
           {"range {start {} end {nanos: 1}}",
            "created:>='1970-01-01T00:00:00Z'+created:<'1970-01-01T00:00:00.000000001Z'"},
           {"ends: '*x*'", "ends:*'*x*',ends:*'*X*'"},
           {"like: '*x*'", "anywhere:~'x'"},
           {"modes: 'yes'", "mode:['yes']"},
           {"modes: 'perhaps'", "mode:['perhaps']"}}) {
    EXPECT_EQ(Sample(one.request), one.answer) << one.request;
  }
}

TEST(FilterCompiler, RefusesValuesThatMatchOrMeanNothing) {
  for (const Case& one : std::vector<Case>{
           {"note: ''", "note: is empty text, which matches nothing; leave the field out\n"},
           {"exact: '  '", "exact: is empty text, which matches nothing; leave the field out\n"},
           {"anywhere: ['x', '']",
            "anywhere: element 1 is empty text, which matches nothing; leave the field out\n"},
           {"ends: '**'", "ends: is a star alone, which says nothing; leave the field out\n"},
           {"exact: 'x*'", "exact: `exact` takes no star; it is compared exactly\n"},
           {"exact: 'a\\nb'", "exact: has the control character \\u{000A} at byte 1\n"},
           {"min_grade: 99",
            "min_grade: is the unknown number 99; known: `GRADE_LOW`, `GRADE_HIGH` or "
            "`GRADE_VERY_HIGH`\n"},
           {"grades: [GRADE_LOW, 99]",
            "grades: element 1 is the unknown number 99; known: `GRADE_LOW`, `GRADE_HIGH` or "
            "`GRADE_VERY_HIGH`\n"},
           {"grades: GRADE_UNSPECIFIED",
            "grades: element 0 is GRADE_UNSPECIFIED, which says nothing; known: `GRADE_LOW`, "
            "`GRADE_HIGH` or `GRADE_VERY_HIGH`\n"},
           {"like: 'x*y'", "like: `~` finds parts without a star; write anywhere:~'x'\n"},
           {"max_weight: nan", "max_weight: is no finite number\n"},
           {"max_weight: inf", "max_weight: is no finite number\n"},
           {"processes: 'svchost'", "processes: `process` is a number, not 'svchost'\n"},
           {"modes: 'Yes'", "modes: `mode` minds case: write 'yes', not 'Yes'\n"},
           {"days: 0", "days: is 0; must be from 1 to 365\n"},
           {"days: -1", "days: is -1; must be from 1 to 365\n"},
           {"days: 366", "days: is 366; must be from 1 to 365\n"},
           {"range {}", "range: has neither start nor end; set one of them or both\n"},
           {"range {start {seconds: 5} end {seconds: 5}}",
            "range: starts when it ends or later; `end` must be after `start`\n"},
           {"range {start {seconds: 5 nanos: 1} end {seconds: 5}}",
            "range: starts when it ends or later; `end` must be after `start`\n"},
           {"range {end {seconds: 253402300800}}",
            "range: is an instant outside the years 1 to 9999\n"},
           {"range {end {nanos: -1}}", "range: is an instant outside the years 1 to 9999\n"},
           {"since {seconds: -62135596801}", "since: is an instant outside the years 1 to 9999\n"},
       }) {
    EXPECT_EQ(Sample(one.request), one.answer) << one.request;
  }
}

TEST(FilterCompiler, BoundsTextAndLists) {
  sample::Request request;
  request.mutable_filter()->set_exact(std::string(1024, 'x'));
  for (int i = 0; i < 1000; ++i) request.mutable_filter()->add_anywhere("x" + std::to_string(i));
  const Catalogue catalogue(sample::Record::descriptor());
  EXPECT_THAT(CompileFilters(request, catalogue, kNow), IsOk());
  request.mutable_filter()->set_exact(std::string(1025, 'x'));
  request.mutable_filter()->add_anywhere("more");
  EXPECT_EQ(Compile(request, catalogue),
            "exact: is 1025 bytes long; at most 1024\nanywhere: has 1001 values; at most 1000\n");
}

TEST(FilterCompiler, ReportsEverythingAtOnce) {
  const std::string bad = "exact: 'x*' min_grade: 99 days: 0 fql: \"exakt:'x'+score:'y'\"";
  EXPECT_EQ(Sample(bad),
            "fql: at byte 0: unknown field `exakt`; nearest: `exact`\n"
            "fql: at byte 10: `score` is a number, not 'y'\n"
            "exact: `exact` takes no star; it is compared exactly\n"
            "min_grade: is the unknown number 99; known: `GRADE_LOW`, `GRADE_HIGH` or "
            "`GRADE_VERY_HIGH`\n"
            "days: is 0; must be from 1 to 365\n");
  const Catalogue catalogue(sample::Record::descriptor());
  EXPECT_THAT(CompileFilters(WithFilter<sample::Request>(bad), catalogue, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(CompileFilters(WithFilter<sample::Request>("fql: 'x'"), catalogue, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "FQL_INVALID"));
}

TEST(FilterCompiler, ReportsNoMoreThanTwentyViolations) {
  sample::Request request;
  request.mutable_filter()->set_fql("modes:1+score:x");
  for (int i = 0; i < 100; ++i) request.mutable_filter()->add_processes("x" + std::to_string(i));
  request.mutable_filter()->set_days(0);
  const auto compiled = CompileFilters(request, Catalogue(sample::Record::descriptor()), kNow);
  EXPECT_EQ(Violations(compiled.status()).size(), 20u);
}

TEST(FilterCompiler, JoinsTheRawFilterByAnd) {
  EXPECT_EQ(Sample("fql: \"score:>1,score:<9\" exact: 'x'"), "(score:>1,score:<9)+exact:'x'");
  EXPECT_EQ(Sample("fql: '   ' exact: 'x'"), "exact:'x'");
  for (const std::string_view escape :
       {"score:1),(score:2", "score:1)+(score:2", ")", "(", "score:1,", "',score:1"}) {
    sample::Request request;
    request.mutable_filter()->set_fql(std::string(escape));
    request.mutable_filter()->set_exact("x");
    EXPECT_EQ(Compile(request, Catalogue(sample::Record::descriptor())).find("fql: at byte"), 0u)
        << escape;
  }
}

TEST(FilterCompiler, KeepsEveryValueInsideItsQuotes) {
  const Catalogue catalogue(sample::Record::descriptor());
  for (const std::string& attack :
       {std::string("'"), std::string("\\"), std::string("\\'"), std::string("x\\"),
        std::string("'),score:>('0"), std::string("x'+score:>'0"), std::string("x',exact:!'"),
        std::string("x\\',exact:!'"), std::string("x\\\\',exact:!'"), std::string("%27,score:>0"),
        std::string("],exact:!['"), std::string("\",exact:!\""), std::string("null"),
        std::string("!x"), std::string(">=1")}) {
    sample::Request request;
    request.mutable_filter()->set_exact(attack);
    request.mutable_filter()->add_anywhere(attack);
    const auto compiled = CompileFilters(request, catalogue, kNow);
    ASSERT_THAT(compiled, IsOk()) << attack;
    const auto parsed = Parse(compiled->expression.Text());
    ASSERT_THAT(parsed, IsOk()) << compiled->expression.Text();
    EXPECT_EQ(*parsed, compiled->expression);
    ASSERT_EQ(parsed->parts().size(), 2u) << compiled->expression.Text();
    for (const Expression& part : parsed->parts()) {
      EXPECT_EQ(part.condition().op, Operator::kEqual);
      EXPECT_EQ(part.condition().values, std::vector<Value>{attack});
    }
  }
}

TEST(FilterCompiler, MakesEqualTextOfEqualRequestsWithinAMinute) {
  const Catalogue catalogue(sample::Record::descriptor());
  const auto request = WithFilter<sample::Request>("days: 7");
  const auto first = CompileFilters(request, catalogue, kNow);
  const auto later = CompileFilters(request, catalogue, kNow + std::chrono::milliseconds(29'999));
  const auto next = CompileFilters(request, catalogue, kNow + std::chrono::seconds(30));
  EXPECT_EQ(first->expression.Text(), later->expression.Text());
  EXPECT_NE(first->expression.Text(), next->expression.Text());
}

TEST(FilterCompiler, ContradictoryProtoOptionsAreInternal) {
  const auto compiled = CompileFilters(WithFilter<sample::Mistaken>("exact: 'x'"),
                                       Catalogue(sample::Record::descriptor()), kNow);
  EXPECT_EQ(compiled.status().code(), absl::StatusCode::kInternal);
}

TEST(FilterCompiler, ReadsListDetectionsRequests) {
  EXPECT_EQ(Detections("days: 1 min_severity: SEVERITY_HIGH statuses: DETECTION_STATUS_NEW "
                       "hostname: 'SRV-*' fql: \"cmdline:~'rundll32'\""),
            "created_timestamp:>='2025-01-30T10:20:00Z'+severity:>=60+status:['new']+"
            "(device.hostname:'SRV-*',device.hostname:'srv-*')+cmdline:~'rundll32'");
  EXPECT_EQ(
      Detections("severities: [SEVERITY_HIGH, SEVERITY_CRITICAL] technique: 'T1218.*' "
                 "products: 'epp' query: 'x'"),
      "severity_name:['High','Critical']+"
      "(technique_id:'T1218.*',technique_id:'t1218.*',technique:'T1218.*',technique:'t1218.*')+"
      "product:['epp']");
  EXPECT_EQ(Detections("products: 'EPP'"),
            "products: `product` minds case: write 'epp', not 'EPP'\n");
}

TEST(FilterCompiler, SyntaxOnlyChecksNothingElse) {
  const std::string unchecked = "read_options { filter_check: FILTER_CHECK_SYNTAX_ONLY }";
  for (const std::string_view filter :
       {"zzz:'x'", "platform_name:'windows'", "hostname:>'a'", "last_seen:~'x'",
        "(made.up:!['a'],other:*'*x*')+zzz:5", "last_seen:>'2021-06-25T10:32'"}) {
    EXPECT_EQ(Hosts(StrCat("fql: \"", filter, "\""), unchecked), filter);
  }
  for (const std::string_view filter : {"zzz:'x", "zzz='x'", "zzz:'x')", "(zzz:'x'", "zzz:['x'",
                                        "zzz:'x'),(a:'y'", "'zzz'", "zzz:"}) {
    EXPECT_EQ(Hosts(StrCat("fql: \"", filter, "\""), unchecked).find("fql: at byte"), 0u) << filter;
  }
  EXPECT_EQ(Hosts("platforms: 'windows'", unchecked),
            "platforms: `platform_name` minds case: write 'Windows', not 'windows'\n");
}

TEST(FilterCompiler, NotesUnknownWordsAndFields) {
  const Catalogue hosts(v1::Host::descriptor());
  const auto request = FromText<v1::ListHostsRequest>(
      "read_options { filter_check: FILTER_CHECK_SYNTAX_ONLY } filter { platforms: 'BeOS' fql: "
      "\"zzz:'x'+zzz:'y'+yyy:1+product_type_desc:'Toaster'\" }");
  const auto compiled = CompileFilters(request, hosts, kNow);
  ASSERT_THAT(compiled, IsOk());
  std::string said;
  for (const FilterNote& note : compiled->notes) said += note.reason + " " + note.field + "\n";
  EXPECT_EQ(said,
            "UNKNOWN_WORD platform_name\nUNKNOWN_FIELD zzz\nUNKNOWN_FIELD yyy\n"
            "UNKNOWN_WORD product_type_desc\n");
}

TEST(FilterCompiler, KeepsTheCorrectionOfTheRawFilter) {
  const Catalogue hosts(v1::Host::descriptor());
  const auto request = FromText<v1::ListHostsRequest>(
      "filter { days: 0 fql: \"hostnme:'x'+platform_name:'windows'\" }");
  const auto facts = Metadata(CompileFilters(request, hosts, kNow).status());
  EXPECT_EQ(facts.at("corrected_filter"), "hostname:'x'+platform_name:'Windows'");
}

TEST(FilterCompiler, ReadsListHostsRequests) {
  EXPECT_EQ(Hosts("hostname: 'srv-prod-001' platforms: 'Windows' product_types: "
                  "PRODUCT_TYPE_DOMAIN_CONTROLLER statuses: CONTAINMENT_STATUS_CONTAINED "
                  "tags: 'FalconGroupingTags/Critical' days: 7"),
            "(hostname:['srv-prod-001','SRV-PROD-001'],hostname:'srv-prod-001',"
            "hostname:~'srv-prod-001')+platform_name:['Windows']+"
            "last_seen:>='2025-01-24T10:20:00Z'+status:['contained']+"
            "tags:['FalconGroupingTags/Critical']+product_type_desc:['Domain Controller']");
  EXPECT_EQ(Hosts("hostname: '*prod*' platforms: 'windows'"),
            "platforms: `platform_name` minds case: write 'Windows', not 'windows'\n");
}

TEST(FilterCompiler, NameMatchesEveryCaseWhereRecordsAreCompared) {
  EXPECT_EQ(Hosts("hostname: 'MacBook-7.local'"),
            "hostname:['MacBook-7.local','MACBOOK-7.LOCAL','macbook-7.local'],"
            "hostname:'MacBook-7.local',hostname:~'MacBook-7.local'");
  EXPECT_EQ(Hosts("hostname: 'über-pc'"),
            "hostname:['über-pc','ÜBER-PC'],hostname:'über-pc',hostname:~'über-pc'");
  EXPECT_EQ(Hosts("hostname: '10-0-0-5'"), "hostname:['10-0-0-5']");
  EXPECT_EQ(Hosts("hostname: 'Srv*'"), "hostname:'Srv*',hostname:'SRV*',hostname:'srv*'");
  EXPECT_EQ(Hosts(R"(hostname: 'Bob\'s\\pc')"),
            R"(hostname:['Bob\'s\\pc','BOB\'S\\PC','bob\'s\\pc'],)"
            R"(hostname:'Bob\'s\\pc',hostname:~'Bob\'s\\pc')");
}

TEST(FilterCompiler, NameMatchesWholeWhereRecordsAreOnlyCounted) {
  const Catalogue hosts(v1::Host::descriptor());
  EXPECT_EQ(Compile(FromText<v1::AggregateHostsRequest>("filter { hostname: 'MacBook-7' }"), hosts),
            "hostname:['MacBook-7','MACBOOK-7','macbook-7']");
  EXPECT_EQ(Compile(FromText<v1::AggregateHostsRequest>("filter { hostname: '10-0-0-5' }"), hosts),
            "hostname:['10-0-0-5']");
}

TEST(FilterCompiler, JoinedDeviceIdMatchesByItsDevicePart) {
  const std::string cid = "fedcba9876543210fedcba9876543210";
  const std::string aid = "0123456789abcdef0123456789abcdef";
  const Catalogue applications(v1::DiscoveredApplication::descriptor());
  const auto request = [](const std::string& id) {
    return FromText<v1::ListDiscoveredApplicationsRequest>("filter { device_id: '" + id + "' }");
  };
  EXPECT_EQ(Compile(request("0123456789ABCDEF0123456789ABCDEF"), applications),
            "host.aid:'" + aid + "'");
  EXPECT_EQ(Compile(request(cid + "_" + aid), applications), "host.aid:'" + aid + "'");
  // Spotlight knows assets without a sensor by the joined id.
  const auto vulnerabilities =
      FromText<v1::ListVulnerabilitiesRequest>("filter { device_ids: '" + cid + "_" + aid + "' }");
  EXPECT_EQ(Compile(vulnerabilities, Catalogue(v1::Vulnerability::descriptor())),
            "aid:'" + cid + "_" + aid + "',aid:'" + aid + "'");
}

}  // namespace
}  // namespace falcon::fql
